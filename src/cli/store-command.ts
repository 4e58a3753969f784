import { stringify } from "csv-stringify/sync";
import { queryStore } from "../node/search-store.ts";
import type { StoreQueryFlags } from "./flags.ts";

/** `ador store query`. */
export function storeQueryCommand(sql: string, { out }: StoreQueryFlags): void {
  const { columns, rows } = queryStore(out, sql);
  process.stdout.write(stringify([columns, ...rows]));
}
