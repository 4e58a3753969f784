import type { SloConfig } from "../serving/config.ts";
import type { ScenarioFiles } from "./files.ts";
import type { LocatedMap } from "./located.ts";
import { applyOverrides, settingsOverrides } from "./overrides.ts";
import { parseSystem } from "./parse-system.ts";
import { RememberingParser, UNPARSED } from "./remembering-parser.ts";
import { resolveSystem } from "./resolve-system.ts";
import type { System } from "./scenario.ts";
import { systemSchema, type SystemInput } from "./schema.ts";
import type { Setting } from "./setting-map.ts";

/** Systems that differ from one scenario in a few settings each: what these leave alone is read once for all of them. */
export class SystemVariants {
  readonly #base: LocatedMap;
  readonly #slo: SloConfig;
  readonly #files: ScenarioFiles;
  readonly #parser: RememberingParser;
  readonly #amend: (variant: LocatedMap) => LocatedMap;

  /** @param amend puts right what settings alone leave at odds */
  constructor(
    base: LocatedMap,
    slo: SloConfig,
    files: ScenarioFiles,
    amend: (variant: LocatedMap) => LocatedMap = (variant) => variant,
  ) {
    this.#amend = amend;
    this.#base = base;
    this.#slo = slo;
    this.#files = files;
    this.#parser = new RememberingParser(systemSchema, base);
  }

  /**
   * The system of the scenario with these settings laid over it, the last one on top.
   * @param origin where errors say that the settings stand
   * @throws InputError for settings that make no system
   */
  with(settings: readonly (readonly [path: string, value: Setting])[], origin: string): System {
    const located = this.#amend(applyOverrides(this.#base, settingsOverrides(origin, settings)));
    const known = this.#parser.parse(located);
    // What may be wrong is parsed as a whole, for all that is to be said of it.
    const input = known === UNPARSED ? parseSystem(located) : (known as SystemInput);
    return resolveSystem("design", located, input, this.#slo, this.#files);
  }
}
