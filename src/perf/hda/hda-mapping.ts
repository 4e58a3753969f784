import type { HdaDevice } from "../../hardware/device.ts";
import { expertLoad } from "../expert-load.ts";
import { expertProducts } from "../expert-products.ts";
import { extentText, type OperatorMapping } from "../operator-mapping.ts";
import type { Elementwise, Experts, MatrixProduct, Operator } from "../operators.ts";
import { productMapping } from "./product-mapping.ts";

/** How one run of an operator is laid out on an HDA. */
export function hdaMapping(device: HdaDevice, operator: Operator, rows: number): OperatorMapping {
  switch (operator.kind) {
    case "product":
      return ofProduct(device, operator, rows);
    case "experts":
      return ofExperts(device, operator, rows);
    case "elementwise":
      return ofElementwise(device, operator, rows);
    default:
      return UNMAPPED;
  }
}

const UNMAPPED: OperatorMapping = {
  ...{ dataflow: null, partition: null, tile: null },
  ...{ networkBytes: 0, localBytes: 0, localSeconds: 0 },
};

function ofProduct(device: HdaDevice, product: MatrixProduct, rows: number): OperatorMapping {
  const { dataflow, partition, tile, bytes, cycles } = productMapping(device, product, rows);
  return {
    dataflow,
    partition: extentText(partition),
    tile: extentText(tile),
    networkBytes: bytes.network,
    localBytes: bytes.local,
    localSeconds: cycles.local / device.clockHertz,
  };
}

/** Traffic of all experts with work; the layout is that of the first product of the largest class. */
function ofExperts(device: HdaDevice, operator: Experts, tokens: number): OperatorMapping {
  let layout = UNMAPPED;
  let most = 0;
  let networkBytes = 0;
  let localBytes = 0;
  let localSeconds = 0;
  for (const { experts, tokens: load } of expertLoad(operator, tokens).classes) {
    const mappings = expertProducts(operator).map((product) => ofProduct(device, product, Math.ceil(load)));
    for (const mapping of mappings) {
      networkBytes += experts * mapping.networkBytes;
      localBytes += experts * mapping.localBytes;
      localSeconds += experts * mapping.localSeconds;
    }
    if (experts <= most) continue;
    most = experts;
    layout = mappings[0]!;
  }
  return { ...layout, networkBytes, localBytes, localSeconds };
}

/** What follows a product tile by tile stays beside its unit, and so does what the vector units read and write alone. */
function ofElementwise(device: HdaDevice, operator: Elementwise, rows: number): OperatorMapping {
  const localBytes = rows * operator.bytesPerRow;
  const bytesPerSecond = device.cores * device.localSramBytesPerCycle * device.clockHertz;
  return { ...UNMAPPED, localBytes, localSeconds: operator.fusable ? 0 : localBytes / bytesPerSecond };
}
