import { randomStream, type Random } from "../../core/random.ts";
import { MOST_TOKENS, requireClassNames, requireCount } from "../checks.ts";
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
  /** Tokens of a text that begins every prompt of the class, before what `input` draws. */
  readonly systemPromptTokens?: number | undefined;
}

/** What requests are like, as plain data; input and output lengths are independent of each other. */
export interface RequestMixSpec {
  readonly input: LengthSpec;
  readonly output: LengthSpec;
  /** Tokens of one text that begins the prompts of all classes that have none of their own. */
  readonly systemPromptTokens?: number | undefined;
  /** One class "default" without it. */
  readonly classes?: readonly RequestClass[] | undefined;
}

/** Draws classes and their lengths; each has a random stream, so that changing one leaves the others as they are. */
export class RequestMix {
  readonly classes: readonly string[];
  /** By class: tokens that begin its prompts, and which text they are; -1 for none. */
  readonly systemPromptTokens: readonly number[];
  readonly systemPromptId: readonly number[];
  /** An index of `classes`. */
  readonly drawClass: () => number;
  readonly #input: readonly LengthSampler[];
  readonly #output: readonly LengthSampler[];

  /** @throws InputError for a length or weight out of range, class names that repeat or exceed 65,536 */
  constructor(
    { input, output, systemPromptTokens = 0, classes = [{ name: DEFAULT_CLASS, weight: 1 }] }: RequestMixSpec,
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
    this.systemPromptTokens = classes.map((of) => of.systemPromptTokens ?? systemPromptTokens);
    for (const tokens of this.systemPromptTokens) {
      if (tokens !== 0) requireCount("systemPromptTokens", tokens, MOST_TOKENS);
    }
    this.systemPromptId = classes.map((of, i) => {
      if (this.systemPromptTokens[i] === 0) return -1;
      return of.systemPromptTokens === undefined ? 0 : i + 1;
    });
    this.drawClass = createClassSampler(
      classes.map(({ weight }) => weight),
      randomStream(seed, "classes"),
    );
  }

  /** New tokens of a prompt, without the text that begins it. */
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
