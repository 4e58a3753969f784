import { requirePositive } from "../checks.ts";
import type { RequestTable } from "../request.ts";

/**
 * Sends the same requests `factor` times as fast: every arrival divided by the factor.
 * @throws InputError for a factor that is not positive
 */
export function scaleRate(table: RequestTable, factor: number): RequestTable {
  requirePositive("factor", factor);
  return { ...table, arrivalSeconds: table.arrivalSeconds.map((seconds) => seconds / factor) };
}
