import type { Command } from "commander";
import type { WorkerFlags } from "./flags.ts";
import { examples, positiveWhole } from "./option-parsers.ts";

/** `ador worker`. */
export function addWorker(program: Command): void {
  program
    .command("worker")
    .summary("work designs out for searches on other machines")
    .description(
      "Takes batches of designs from a queue on Redis or Valkey, where `ador explore --engine` puts them, and works them out. Goes on until it is stopped: Ctrl-C answers the batches in hand first, a second one hands them back. Whatever happens to a worker, another takes up what it had within seconds. Works for searches of the very same program alone.",
    )
    .argument("<queue>", "redis://[user:password@]host[:port][/database], or rediss:// for TLS")
    .option("-t, --threads <n>", "worker threads (default: as many as there are cores)", positiveWhole)
    .option("-q, --quiet", "print only errors")
    .addHelpText(
      "before",
      examples([
        ["ador worker redis://queue:6379", "all cores of this machine for whatever is searched"],
        ["ador worker redis://:secret@queue:6379/1 --threads 4", "a password, database 1, four threads"],
      ]),
    )
    .action(async (queue: string, options: WorkerFlags) => {
      const { workerCommand } = await import("./worker-command.ts");
      process.exitCode = await workerCommand(queue, options);
    });
}
