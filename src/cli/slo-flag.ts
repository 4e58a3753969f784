import { InputError } from "../core/errors.ts";
import type { SloConfig } from "../serving/config.ts";

/** A setting that a flag stands for, as `loadScenario` takes it. */
export type FlagSetting = readonly [flag: string, keys: readonly string[], value: string | number];

/**
 * `ttft_p99=1s,tbt_p99=50ms` as settings of a scenario, which checks their names and values.
 * @throws InputError for anything that is not a list of name=value
 */
export function sloFlags(text: string | undefined): FlagSetting[] {
  if (text === undefined) return [];
  return text.split(",").map((part): FlagSetting => {
    const [name = "", value = "", ...rest] = part.split("=").map((side) => side.trim());
    if (name === "" || value === "" || rest.length > 0 || name === "by_class") {
      throw new InputError({
        ...{ file: "--slo", message: "invalid target", found: part.trim() },
        expected: "targets such as ttft_p99=1s,tbt_p99=50ms",
      });
    }
    return ["--slo", ["slo", name], value];
  });
}

/** Of all targets of a scenario those alone that the flag names. */
export function sloOf({ request, run }: SloConfig, written: readonly FlagSetting[]): SloConfig {
  const names = new Set(written.map(([, keys]) => keys.at(-1)));
  const kept = (name: string, seconds: number | undefined) => (names.has(name) ? seconds : undefined);
  return {
    request: {
      ttftSeconds: kept("ttft", request.ttftSeconds),
      tpotSeconds: kept("tpot", request.tpotSeconds),
      maxTbtSeconds: kept("max_tbt", request.maxTbtSeconds),
      e2eSeconds: kept("e2e", request.e2eSeconds),
    },
    run: run.filter(({ metric, statistic }) => names.has(`${metric}_${statistic}`)),
  };
}
