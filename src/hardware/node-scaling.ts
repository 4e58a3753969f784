import { InputError } from "../core/errors.ts";

/** What a block takes relative to 7 nm: area of logic and of SRAM, dynamic energy of logic at fixed speed. */
export interface NodeScaling {
  readonly logicArea: number;
  readonly sramArea: number;
  readonly logicEnergy: number;
}

/**
 * Logic area by transistor density (CSET tables in PrincetonUniversity/ttm-cas; foundry statements below 5 nm). SRAM
 * area by bit cell (WikiChip, IEDM 2022) and ASU-VDA-Lab/ECO-CHIP for older nodes. Logic energy by ECO-CHIP for older
 * nodes, foundry statements for newer ones; 8 nm (Samsung, 61 million transistors a mm²) is recollected. PHYs and other
 * analogue blocks do not shrink.
 */
const NODES: Readonly<Record<number, NodeScaling>> = {
  16: { logicArea: 3.7, sramArea: 1.9, logicEnergy: 1.73 },
  14: { logicArea: 3.7, sramArea: 1.9, logicEnergy: 1.73 },
  12: { logicArea: 3.7, sramArea: 1.9, logicEnergy: 1.73 },
  10: { logicArea: 1.95, sramArea: 1.5, logicEnergy: 1.36 },
  8: { logicArea: 1.57, sramArea: 1.2, logicEnergy: 1.25 },
  7: { logicArea: 1, sramArea: 1, logicEnergy: 1 },
  6: { logicArea: 0.84, sramArea: 1, logicEnergy: 0.92 },
  5: { logicArea: 0.7, sramArea: 0.78, logicEnergy: 0.7 },
  4: { logicArea: 0.7, sramArea: 0.78, logicEnergy: 0.65 },
  3: { logicArea: 0.45, sramArea: 0.78, logicEnergy: 0.47 },
};

export const KNOWN_NANOMETRES: readonly number[] = Object.keys(NODES).map(Number);

/** @throws InputError for a process without scaling factors, with the nearest one */
export function nodeScaling(processNanometres: number): NodeScaling {
  const scaling = NODES[processNanometres];
  if (scaling !== undefined) return scaling;
  const distance = (known: number) => Math.abs(known - processNanometres);
  const nearest = KNOWN_NANOMETRES.reduce((best, known) => (distance(known) < distance(best) ? known : best));
  throw new InputError({
    key: "process_nm",
    message: "no scaling is known for this process:",
    found: processNanometres,
    expected: `one of ${KNOWN_NANOMETRES.join(", ")} nm; the nearest is ${nearest}`,
  });
}
