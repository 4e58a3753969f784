#!/usr/bin/env node
import { CommanderError, type Command } from "commander";
import { InputError, RunError } from "../core/errors.ts";
import { EXIT } from "./exit-codes.ts";
import { createProgram, usageExitCode } from "./program.ts";

/** Whoever reads our output may stop early (`ador … | head`); that is no failure. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode);
});

function exitOverrides(command: Command): void {
  command.exitOverride();
  command.commands.forEach(exitOverrides);
}

const program = createProgram();
exitOverrides(program);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return usageExitCode(error.exitCode);
  if (error instanceof InputError) {
    process.stderr.write(`${error.message}\n`);
    return EXIT.badInput;
  }
  process.stderr.write(`${error instanceof RunError ? error.message : unexpected(error)}\n`);
  return EXIT.runFailed;
}

function unexpected(error: unknown): string {
  return `ador failed in a way it should not: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
