import type { ScenarioOverrides } from "../scenario/load.ts";
import { InputError } from "../core/errors.ts";
import { inlineEngine, type Engine } from "../search/engine.ts";
import { Evaluator, type Evaluation, type Fidelity } from "../search/evaluation/evaluator.ts";
import { rateOf } from "../search/evaluation/replayed-service.ts";
import { findingsOf } from "../search/findings.ts";
import { loadExploration, type Exploration } from "../search/load-exploration.ts";
import { search } from "../search/search.ts";
import { MemoryStore } from "../search/store.ts";
import { designNamed } from "../search/why/named-design.ts";
import { whyOf, type Why } from "../search/why/why.ts";
import { diskFiles } from "./disk-files.ts";
import { openStudy } from "./explore.ts";
import { queryStore } from "./search-store.ts";

export interface WhyRequest {
  readonly path: string;
  readonly overrides: ScenarioOverrides;
  /** Folder of the search. */
  readonly out: string;
  /** `recommended`, a known device, or the beginning of an id. */
  readonly design: string;
  /** Told when the search itself has to be gone on with. */
  onMissing(): void;
}

export interface ExplainedDesign {
  readonly exploration: Exploration;
  readonly why: Why;
}

/**
 * Explains one design of a search from a copy of its store, which stays as it is; what the store lacks is worked out here.
 * @throws InputError for a folder without this search, or a design that it does not know
 */
export async function explainDesign(request: WhyRequest): Promise<ExplainedDesign> {
  const { out, design } = request;
  const exploration = loadExploration(request.path, diskFiles, request.overrides);
  const { study, id } = await openStudy(exploration);
  const store = copyOfStore(out, id);
  const evaluator = new Evaluator(study, diskFiles);
  const engine = announcing(inlineEngine(evaluator), () => {
    request.onMissing();
  });
  const demand = rateOf(study.table);
  const outcome = await search(exploration, demand, engine, store);
  const findings = await findingsOf(exploration, outcome, demand, evaluator, engine, store);
  return { exploration, why: await whyOf(designNamed(design, findings), findings, evaluator, store) };
}

/** An engine that says once that there is something to work out. */
function announcing(engine: Engine, onFirst: () => void): Engine {
  let announced = false;
  return {
    run(jobs, onDone) {
      if (jobs.length > 0 && !announced) {
        announced = true;
        onFirst();
      }
      return engine.run(jobs, onDone);
    },
  };
}

type Row = readonly [design: string, fidelity: Fidelity, evaluation: string];

function copyOfStore(out: string, study: string): MemoryStore {
  const { rows } = queryStore(
    out,
    `SELECT design, fidelity, evaluation FROM evaluations WHERE study = '${study}'`,
  );
  if (rows.length === 0) {
    throw new InputError({
      file: out,
      message: "its store knows nothing of this scenario as it stands",
      expected: "the scenario, the --set and the program that it was searched with, or ador explore first",
    });
  }
  const store = new MemoryStore();
  store.save(
    (rows as unknown as Row[]).map(([design, fidelity, evaluation]) => ({
      job: { design, fidelity, settings: [] },
      evaluation: JSON.parse(evaluation) as Evaluation,
    })),
  );
  return store;
}
