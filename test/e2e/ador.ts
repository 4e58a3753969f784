import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll } from "vitest";

export const ROOT = resolve(import.meta.dirname, "../..");
export const MAIN = join(ROOT, "dist/bundle/main.js");

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables beside those of the tests themselves. */
export type Environment = Readonly<Record<string, string>>;

/** Runs the built program as a shell would, in `cwd`, with `input` on standard input. */
export function ador(
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly env?: Environment } = {},
): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? ROOT,
    input: options.input ?? "",
    env: { ...process.env, ...options.env },
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

/** The program in the background, for tests that send it signals; its standard input stays open and silent. */
export function startAdor(
  args: readonly string[],
  cwd: string,
  { main = MAIN, env = {} }: { readonly main?: string; readonly env?: Environment } = {},
): ChildProcess {
  const options = { cwd, env: { ...process.env, ...env } };
  return spawn(process.execPath, [main, ...args], { ...options, stdio: ["pipe", "pipe", "pipe"] });
}

/** A folder of its own for a test file, filled with the given files and removed when the file's tests are done. */
export function workFolder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "ador-e2e-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Every file below a folder by its path inside it, with its content. */
export function contentsOf(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

/** A scenario that runs in a moment: two hundred requests drawn from distributions on one device. */
export const SMALL_SCENARIO = `
name: small
seed: 1
model: llama-3.1-8b
device: a100-80gb
workload:
  synthetic:
    arrivals: { process: poisson, rate: 4/s }
    input: { distribution: uniform, min: 50, max: 2000 }
    output: { distribution: uniform, min: 1, max: 200 }
    requests: 200
serving: { max_model_len: 8192, max_num_batched_tokens: 512 }
slo: { ttft: 500ms, max_tbt: 100ms, tbt_p99: 80ms }
`;

/** The same engine under a trace file that the test supplies. */
export const TRACE_SCENARIO = `
model: llama-3.1-8b
device: a100-80gb
workload: { trace: trace.csv }
serving: { max_model_len: 8192 }
`;

export const SMALL_TRACE = "arrival_s,input_tokens,output_tokens\n0,100,10\n0.5,200,20\n1.25,50,1\n";
