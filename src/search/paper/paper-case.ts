import type { MeasurementFolder } from "../../analysis/validation/dataset.ts";
import type { Device, GpuDevice } from "../../hardware/device.ts";
import { deviceCount } from "../../models/parallelism.ts";
import type { SloConfig } from "../../serving/config.ts";
import { ablationOf, type Ablation } from "./ablation.ts";
import { decodeRooflineSeconds, decodeSeconds, fits, underEngineOf2023, type Choices } from "./contenders.ts";
import { measuredBatches, type MeasuredBatch } from "./measured.ts";
import type { PaperSystems } from "./paper-systems.ts";
import type { Contender, Service } from "./service.ts";
import type { ServiceBook } from "./service-book.ts";
import { meanDecodeContext, scaledSlo, SLO_FACTORS } from "./traffic-shape.ts";

/** Decoding sequences and contexts of which the ratio is told, beside the largest batch and the mean context. */
const BATCHES = [1, 16, 32, 64, 128];
const CONTEXTS = [256, 1024, 4096];

/** What one system comes to; all figures but the area of its device are those of a replica. */
export interface PaperSystem {
  readonly name: string;
  readonly device: Device;
  /** TBT at the largest batch and the mean context; null where the KV cache does not hold it. */
  readonly tbtSeconds: number | null;
  /** At each service level of the sweep. */
  readonly services: readonly Service[];
}

/** TBT of the found design and the baseline in one decode step; null where a KV cache does not hold the batch. */
export interface StepPair {
  readonly batch: number;
  readonly contextTokens: number;
  readonly foundSeconds: number | null;
  readonly baselineSeconds: number | null;
}

/** One model on one number of devices: what was found beside what is known. */
export interface PaperCase {
  readonly name: string;
  readonly model: string;
  /** Of one replica. */
  readonly devices: number;
  readonly requests: number;
  readonly batch: number;
  readonly contextTokens: number;
  /** TBT of the found design there at its peak bandwidth and arithmetic alone. */
  readonly rooflineSeconds: number;
  /** The service levels of the sweep. */
  readonly levels: readonly { readonly factor: number; readonly slo: SloConfig }[];
  /** Place of the scenario's own service level among them. */
  readonly ownLevel: number;
  readonly found: PaperSystem;
  readonly baseline: PaperSystem;
  /** The baseline under an engine of 2023. */
  readonly baselineOf2023: PaperSystem;
  /** The others, in the order of the scenario. */
  readonly known: readonly PaperSystem[];
  readonly grid: readonly StepPair[];
  readonly ablation: Ablation;
  /** What A100s were measured at, by file; none without measurements. */
  readonly measured: readonly MeasuredBatch[];
}

/**
 * Works out all figures of one case.
 * @param baseline name of the GPU that all is compared with
 * @param others names of further devices
 * @param onLook told what is looked at next; the work goes on when its promise is kept
 */
export async function paperCase(
  name: string,
  systems: PaperSystems,
  book: ServiceBook,
  { baseline: baselineName, others }: { readonly baseline: string; readonly others: readonly string[] },
  measurements: MeasurementFolder | undefined,
  onLook: (what: string) => Promise<void>,
): Promise<PaperCase> {
  const { traffic } = systems;
  const levels = SLO_FACTORS.map((factor) => ({ factor, slo: scaledSlo(traffic.slo, factor) }));
  const serviceAt = (choices: Choices, slo: SloConfig): Service => {
    const at = { ...traffic, slo };
    return book.best(at, choices, (of) => systems.estimatedRate(at, of));
  };
  const found = systems.found();
  const baseline = systems.known(baselineName);
  const { system } = found.variants[0]!;
  const ofBaseline = baseline.variants[0]!.system;
  const of2023 = underEngineOf2023(
    `${baselineName}, engine of 2023`,
    ofBaseline,
    ofBaseline.device as GpuDevice,
  );
  const batch = system.engine.maxNumSeqs;
  const contextTokens = meanDecodeContext(book.table);

  const all = [found, baseline, of2023, ...others.map((other) => systems.known(other))];
  const figures: PaperSystem[] = [];
  for (const choices of all) {
    const first = choices.variants[0]!;
    await onLook(`${choices.name} within ${levels.length} service levels`);
    figures.push({
      name: choices.name,
      device: first.system.device,
      tbtSeconds: tbtSeconds(first, batch, contextTokens),
      services: levels.map(({ slo }) => serviceAt(choices, slo)),
    });
  }
  await onLook("what each idea is worth");
  return {
    ...{ name, batch, contextTokens, levels },
    model: system.model.name,
    rooflineSeconds: decodeRooflineSeconds(found.variants[0]!, batch, contextTokens),
    devices: deviceCount(system.parallelism),
    requests: book.table.length,
    ownLevel: SLO_FACTORS.indexOf(1),
    found: figures[0]!,
    baseline: figures[1]!,
    baselineOf2023: figures[2]!,
    known: figures.slice(3),
    grid: gridOf(found.variants[0]!, baseline.variants[0]!, batch, contextTokens),
    ablation: ablationOf({
      ...{ found, baseline, of2023, batch, contextTokens },
      rate: (choices) => serviceAt(choices, traffic.slo).requestsPerSecond,
    }),
    measured: measuredBatches(measurements, found, traffic),
  };
}

function gridOf(found: Contender, baseline: Contender, batch: number, contextTokens: number): StepPair[] {
  const batches = [...new Set([...BATCHES.filter((least) => least < batch), batch])];
  const contexts = [...new Set([...CONTEXTS, contextTokens])].sort((a, b) => a - b);
  return contexts.flatMap((context) =>
    batches.map((sequences) => ({
      ...{ batch: sequences, contextTokens: context },
      foundSeconds: tbtSeconds(found, sequences, context),
      baselineSeconds: tbtSeconds(baseline, sequences, context),
    })),
  );
}

function tbtSeconds(contender: Contender, batch: number, contextTokens: number): number | null {
  return fits(contender, batch, contextTokens) ? decodeSeconds(contender, batch, contextTokens) : null;
}
