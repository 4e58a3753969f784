import type { RunReport } from "./run-report.ts";

/**
 * What a reader has to know before trusting figures of modelled dataflow designs, alone or beside GPUs: sentences in
 * order of weight; none for GPUs alone, whose models were held to measurements.
 */
export function assumptionsOf(reports: readonly Pick<RunReport, "system">[]): string[] {
  const devices = reports.flatMap(({ system }) => (system.pools ?? [system]).map(({ device }) => device));
  const names = (kind: "hda" | "gpu") =>
    devices.filter((device) => device.kind === kind).map(({ name }) => name);
  const designs = [...new Set(names("hda"))];
  const gpus = [...new Set(names("gpu"))];
  if (designs.length === 0) return [];
  const be = designs.length === 1 ? "is an idealised analytical design" : "are idealised analytical designs";
  const design = `${designs.join(", ")} ${be}: memory efficiency, launch and host overheads are assumed, area is a sum over blocks.`;
  if (gpus.length === 0) return [design];
  const rest =
    "constants fitted to measured kernels (A100, H100, L40S; others by analogy) and the published die area";
  return [design, `${gpus.join(", ")}: ${rest}.`];
}
