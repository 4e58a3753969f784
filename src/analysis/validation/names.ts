/** Catalog names of devices that the measurements spell in other ways; in lower case. */
export const DEVICE_ALIASES: Readonly<Record<string, string>> = {
  a100: "a100-80gb",
  "a100-sxm4-80gb": "a100-80gb",
  "4x a100 (tp4)": "a100-80gb",
  "a100-80gb-pcie": "a100-pcie-80gb",
  "a100-80gb-pcie (nvlink pair)": "a100-pcie-80gb",
  "h100-80gb": "h100",
  "h100-sxm-80gb": "h100",
  "h100-80gb-pcie": "h100-pcie",
  "h200-sxm": "h200",
  "b200-sxm": "b200",
  a6000: "rtx-a6000",
  rtx3090: "rtx-3090",
  rtx4090: "rtx-4090",
  "nvidia geforce rtx 4090": "rtx-4090",
  rtxpro6000: "rtx-pro-6000",
  "nvidia rtx pro 6000 blackwell server edition": "rtx-pro-6000",
};

/** Catalog names of models that the measurements spell in ways the catalog does not know; in lower case. */
export const MODEL_ALIASES: Readonly<Record<string, string>> = {
  "llama2-70b": "llama-2-70b",
  "llama2-13b": "llama-2-13b",
  "llama2-7b": "llama-2-7b",
  "huggyllama/llama-7b": "llama-7b",
  "01-ai/yi-34b-200k": "yi-34b",
  "gpt-3-175b one layer (d=12288, 96 heads)": "gpt-3",
};
