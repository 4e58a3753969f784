import type { AuditCheck } from "../../result.ts";

/** Rounding that sums over a whole run may show, as a fraction. */
export const TOLERANCE = 1e-6;

export function check(law: string, passed: boolean, detail: string): AuditCheck {
  return { law, passed, detail };
}

/** Whether two sums of seconds over a run agree up to rounding. */
export function agree(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}
