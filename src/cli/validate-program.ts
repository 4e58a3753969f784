import type { Command } from "commander";
import { InputError } from "../core/errors.ts";
import type { MeasurementFlags, ValidateFlags } from "./flags.ts";
import { examples, fraction, positiveWhole } from "./option-parsers.ts";
import { addScenarioOptions } from "./shared-options.ts";

/** `ador validate`, with a scenario or without one. */
export function addValidate(program: Command): void {
  const validate = program
    .command("validate")
    .summary("hold the estimate to the simulation, or the cost model to measurements")
    .description(
      "With a scenario: estimates and simulates it over a sweep and tells where the estimate may be trusted; writes validation.csv and report.html. Without one: compares the cost model with every known table of measurements in a folder; writes points.csv, summary.csv, unmodelled.csv and report.html.",
    )
    .argument("[scenario]", "scenario file (YAML)")
    .option(
      "--sweep <axis=values>",
      "what to vary: load (share of saturation), rate, batch, context (factor on prompts), slo (factor on targets), or the path of a numeric setting (default: load=0.1..1.2:12)",
    )
    .option(
      "--measured <file>",
      "a third column: JSON of vLLM's serving benchmark, or a CSV with a row a request",
    )
    .option("--replications <n>", "seeds for each point, where requests are drawn", positiveWhole, 4)
    .option("--confidence <share>", "of the bands around the simulation", fraction, 0.95)
    .option("--system <name>", "this system of the scenario alone")
    .option(
      "-d, --data <dir>",
      'without a scenario: folder of measurements, a CSV file a dataset (default: "../shared/ground-truth")',
    )
    .option("-o, --out <dir>", "write the results here", "out/validation")
    .option("-f, --force", "write into a folder that holds other things, replacing an earlier result");
  addScenarioOptions(validate)
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        [
          "ador validate my.yaml --sweep load=0.1..1.2 --out out/trust",
          "where the estimate holds, as pictures",
        ],
        [
          "ador validate my.yaml --sweep serving.max_num_batched_tokens=256..8192",
          "over any numeric setting",
        ],
        ["ador validate my.yaml --measured vllm-result.json", "and beside what a real system did"],
        [
          "ador validate --data measured --out out/validation",
          "the cost model: errors by dataset and device",
        ],
        ["ador validate --data measured --force --json | jq .summary", "the same for a script"],
      ]),
    )
    .action(async (scenario: string | undefined, options: ValidateFlags) => {
      refuseStrayFlags(scenario, options);
      if (scenario === undefined) {
        const { validateCommand } = await import("./validate-command.ts");
        validateCommand(options);
      } else {
        const { sweepCommand } = await import("./sweep-command.ts");
        await sweepCommand(scenario, options);
      }
    });
}

/** `ador validate-e2e`. */
export function addValidateEndToEnd(program: Command): void {
  program
    .command("validate-e2e")
    .summary("replay measured runs of real engines, and compare their latencies")
    .description(
      "Replays recorded runs and closed-loop sweeps of real serving engines with their own settings and arrivals. Writes summary.csv, predictions.csv, timeseries.csv, unmodelled.csv and report.html.",
    )
    .option("-d, --data <dir>", "folder of measurements", "../shared/ground-truth")
    .option("-o, --out <dir>", "write the results here", "out/validation-e2e")
    .option("-f, --force", "write into a folder that holds other things, replacing an earlier result")
    .option("--json", "print the answer as JSON and nothing else")
    .addHelpText(
      "before",
      examples([
        ["ador validate-e2e --data measured", "TTFT, TPOT and E2E beside the measured ones, load over time"],
        ["ador validate-e2e --data measured --force --json | jq .summary", "the same for a script"],
      ]),
    )
    .action(async (options: MeasurementFlags) => {
      const { validateEndToEndCommand } = await import("./validate-e2e-command.ts");
      validateEndToEndCommand(options);
    });
}

/** Flags of the one kind of validation beside the other would change nothing. */
function refuseStrayFlags(scenario: string | undefined, { data, ...flags }: ValidateFlags): void {
  if (scenario !== undefined) {
    if (data === undefined) return;
    throw new InputError({
      file: "--data",
      message: "has no effect beside a scenario",
      expected: "one of the two",
    });
  }
  for (const name of ["sweep", "measured", "system", "set", "trace", "rate", "seed", "format"] as const) {
    if (flags[name] === undefined) continue;
    throw new InputError({
      file: `--${name}`,
      message: "has no effect without a scenario",
      expected: "ador validate my.yaml …",
    });
  }
}
