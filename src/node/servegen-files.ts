import { createHash } from "node:crypto";
import type { ServegenFiles } from "../scenario/workload.ts";
import { parseServegenClient, type ServegenClient } from "../workload/servegen/client-files.ts";
import { diskFiles } from "./disk-files.ts";

/**
 * Reads ServeGen clients, two files each.
 * @returns the clients and a hash over the text of all their files
 * @throws InputError for a missing file or one that is not as published
 */
export function readServegenClients(files: readonly ServegenFiles[]): {
  readonly clients: readonly ServegenClient[];
  readonly sha256: string;
} {
  const hash = createHash("sha256");
  const clients = files.map(({ name, traceFile, datasetFile }) => {
    const traceText = diskFiles.readText(traceFile);
    const datasetText = diskFiles.readText(datasetFile);
    hash.update(traceText).update(datasetText);
    return parseServegenClient({ name, traceFile, traceText, datasetFile, datasetText });
  });
  return { clients, sha256: hash.digest("hex") };
}
