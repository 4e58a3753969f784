import { randomStream, type Random } from "../../core/random.ts";
import { requireClassNames } from "../checks.ts";
import { createEmpiricalSampler } from "../lengths/empirical.ts";
import { createLengthSampler, type LengthSampler, type LengthSpec } from "../lengths/length-sampler.ts";
import { DEFAULT_CLASS } from "../request-table.ts";

/** A kind of requests, e.g. chat or code; lengths that it does not name are those of all requests. */
export interface RequestClass {
  readonly name: string;
  /** Share of the requests (or conversations), relative to the other classes. */
  readonly weight: number;
  readonly input?: LengthSpec | undefined;
  readonly output?: LengthSpec | undefined;
}

/** What requests are like, as plain data; input and output lengths are independent of each other. */
export interface RequestMixSpec {
  readonly input: LengthSpec;
  readonly output: LengthSpec;
  /** One class "default" without it. */
  readonly classes?: readonly RequestClass[] | undefined;
}

/** Draws classes and their lengths; each has a random stream, so that changing one leaves the others as they are. */
export class RequestMix {
  readonly classes: readonly string[];
  /** An index of `classes`. */
  readonly drawClass: () => number;
  readonly #input: readonly LengthSampler[];
  readonly #output: readonly LengthSampler[];

  /** @throws InputError for a length or weight out of range, class names that repeat or exceed 65,536 */
  constructor(
    { input, output, classes = [{ name: DEFAULT_CLASS, weight: 1 }] }: RequestMixSpec,
    seed: number,
  ) {
    this.classes = classes.map(({ name }) => name);
    requireClassNames(this.classes);
    const shared = (stream: string, spec: LengthSpec, key: string) => {
      const common = createLengthSampler(spec, randomStream(seed, stream), key);
      return (name: string, own: LengthSpec | undefined): LengthSampler =>
        own === undefined
          ? common
          : createLengthSampler(own, randomStream(seed, `${stream}/${name}`), `${name}.${key}`);
    };
    const inputOf = shared("input-lengths", input, "input");
    const outputOf = shared("output-lengths", output, "output");
    this.#input = classes.map((of) => inputOf(of.name, of.input));
    this.#output = classes.map((of) => outputOf(of.name, of.output));
    this.drawClass = createClassSampler(
      classes.map(({ weight }) => weight),
      randomStream(seed, "classes"),
    );
  }

  drawInput(classIndex: number): number {
    return this.#input[classIndex]!();
  }

  drawOutput(classIndex: number): number {
    return this.#output[classIndex]!();
  }
}

function createClassSampler(weights: readonly number[], random: Random): () => number {
  if (weights.length === 1) return () => 0;
  // The empirical sampler draws whole numbers from 1, classes count from 0.
  const ordinal = createEmpiricalSampler(
    { kind: "empirical", values: weights.map((_, i) => i + 1), weights },
    random,
    "classes",
  );
  return () => ordinal() - 1;
}
