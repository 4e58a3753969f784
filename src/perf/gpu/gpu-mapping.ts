import { extentText, type OperatorMapping } from "../operator-mapping.ts";
import type { MatrixProduct } from "../operators.ts";
import type { GpuProductModel } from "./matrix-product.ts";

/** How `products` has just laid out a product: output tiles of thread blocks, dealt to the multiprocessors in waves. */
export function gpuProductMapping(
  { inputs, outputs }: MatrixProduct,
  rows: number,
  { tileRows, tileColumns, kParts, waves, bytes }: GpuProductModel,
): OperatorMapping {
  const blocks = { m: Math.ceil(rows / tileRows), k: kParts, n: Math.ceil(outputs / tileColumns) };
  return {
    dataflow: null,
    partition: `${extentText(blocks)} in ${waves} ${waves === 1 ? "wave" : "waves"}`,
    tile: extentText({ m: tileRows, k: Math.ceil(inputs / kParts), n: tileColumns }),
    networkBytes: bytes,
    localBytes: 0,
    localSeconds: 0,
  };
}
