import { expertLoad } from "./expert-load.ts";
import type { Experts, MatrixProduct } from "./operators.ts";
import { CHARGE_COUNT } from "./step-cost.ts";

/**
 * Routed experts as products that follow one another: the weights of every expert with work stream past once.
 * @param productSeconds one product without what launching it takes; adds its charges
 */
export function expertSeconds(
  operator: Experts,
  tokens: number,
  productSeconds: (product: MatrixProduct, rows: number, charges: Float64Array) => number,
  charges: Float64Array,
): number {
  const [up, down] = expertProducts(operator);
  const ofOne = new Float64Array(CHARGE_COUNT);
  let seconds = 0;
  for (const { experts, tokens: rows } of expertLoad(operator, tokens).classes) {
    ofOne.fill(0);
    const whole = Math.ceil(rows);
    seconds += experts * (productSeconds(up, whole, ofOne) + productSeconds(down, whole, ofOne));
    for (let i = 0; i < CHARGE_COUNT; i++) charges[i]! += experts * ofOne[i]!;
  }
  return seconds;
}

/** The two products of one expert: gate and up together, then down. */
export function expertProducts(operator: Experts): readonly [up: MatrixProduct, down: MatrixProduct] {
  const { hiddenSize, intermediateSize, gated } = operator;
  return [
    expertProduct(operator, hiddenSize, (gated ? 2 : 1) * intermediateSize),
    expertProduct(operator, intermediateSize, hiddenSize),
  ];
}

function expertProduct(operator: Experts, inputs: number, outputs: number): MatrixProduct {
  const { name, weightBytes, activationBytes, dequantised } = operator;
  return { kind: "product", name, count: 1, inputs, outputs, weightBytes, activationBytes, dequantised };
}
