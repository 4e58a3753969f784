import { findDevice } from "../../hardware/catalog.ts";
import type { ScenarioFiles } from "../../scenario/files.ts";
import type { Traffic } from "../../scenario/scenario.ts";
import { Evaluator, type Study } from "../evaluation/evaluator.ts";
import { servingChoices } from "../comparisons.ts";
import type { Space, WrittenSetting } from "../space/space.ts";
import type { Choices } from "./contenders.ts";
import type { Contender } from "./service.ts";

/** The systems of one case: what a search found and known devices, each with the serving settings that it may choose among. */
export class PaperSystems {
  readonly traffic: Traffic;
  readonly #evaluator: Evaluator;
  readonly #found: readonly WrittenSetting[];
  readonly #knobs: readonly (readonly WrittenSetting[])[];

  /** @param found settings of the design that was found */
  constructor(study: Study, space: Space, found: readonly WrittenSetting[], files: ScenarioFiles) {
    this.traffic = study.traffic;
    this.#evaluator = new Evaluator(study, files);
    this.#found = found.filter(([path]) => path.startsWith("device."));
    this.#knobs = servingChoices(space);
  }

  found(): Choices {
    return this.#choices("found", this.#found);
  }

  /**
   * A device of the catalog; that which the scenario changes comes as it stands there, marked with an asterisk, since its links
   * are those of the case.
   * @throws InputError for a name that the catalog does not have
   */
  known(device: string): Choices {
    const { name } = findDevice(device);
    const changed = this.#evaluator.systemOf([]).device.name;
    return changed === `${name}*` ? this.#choices(changed, []) : this.#choices(name, [["device.base", name]]);
  }

  /** Rate within the service level as formulas have it, to start a search from; 0 where they tell nothing. */
  estimatedRate({ slo }: Traffic, { system, cost }: Contender): number {
    if (cost !== undefined) return 0;
    return this.#evaluator.estimateOf(system, { slo }).slo.maxRequestsPerSecond ?? 0;
  }

  #choices(name: string, settings: readonly WrittenSetting[]): Choices {
    const variants = this.#knobs.map((knob) => ({
      system: this.#evaluator.systemOf([...settings, ...knob]),
    }));
    return { name, variants };
  }
}
