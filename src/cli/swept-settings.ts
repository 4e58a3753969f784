import { InputError } from "../core/errors.ts";

/** Does something with a setting that a sweep has changed; what is refused of it is blamed on the sweep. */
export async function inSweep<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map((problem) => ({
        ...problem,
        file: problem.file === `--set ${path}` || problem.file === "--set" ? "--sweep" : problem.file,
      })),
    );
  }
}
