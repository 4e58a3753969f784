import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { InputError } from "../core/errors.ts";
import { formatNamed } from "../workload/readers/formats.ts";
import { createTraceReader, type TraceReaderOptions } from "../workload/read-trace.ts";
import type { RequestTable } from "../workload/request.ts";
import { STANDARD_INPUT } from "./disk-files.ts";
import { systemErrorCode, systemErrorText } from "./system-errors.ts";

export interface TraceFile {
  readonly table: RequestTable;
  readonly format: string;
  /** False for a list of lengths. */
  readonly hasArrivals: boolean;
  /** Of the file's bytes, as they lie on the disk. */
  readonly sha256: string;
  /** What was found and mended on the way, without paths. */
  readonly warnings: readonly string[];
}

const CHUNK_BYTES = 1 << 20;
const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * Reads a request trace; memory holds the requests and a chunk of text at a time. Gzip is told by its first bytes.
 * @param path a file, or `-` for standard input
 * @throws InputError when the file cannot be read, is cut off or is no trace
 */
export async function readTraceFile(
  path: string,
  options: Omit<TraceReaderOptions, "file" | "onWarning">,
): Promise<TraceFile> {
  const warnings: string[] = [];
  const name = path === STANDARD_INPUT ? "standard input" : path;
  const reader = createTraceReader({
    ...options,
    file: name,
    onWarning: (message) => warnings.push(message.replaceAll(name, basename(name))),
  });
  const hash = createHash("sha256");
  const decoder = new StringDecoder("utf8");
  try {
    for await (const bytes of textBytes(path, (raw) => hash.update(raw))) reader.write(decoder.write(bytes));
  } catch (error) {
    throw readError(error, name);
  }
  reader.write(decoder.end());
  const hasArrivals = reader.format === undefined || formatNamed(reader.format).hasArrivals;
  if (!hasArrivals && options.arrivals === undefined && options.lengthsOnly !== true) {
    throw new InputError({
      file: name,
      message: "the trace lists lengths without arrivals",
      expected: "arrivals for it: --rate 5 (Poisson, 5 a second), or workload.arrivals in a scenario",
    });
  }
  const table = reader.end();
  return { table, format: reader.format!, hasArrivals, sha256: hash.digest("hex"), warnings };
}

/** The file's text as bytes, unpacked when it is gzipped; `onRaw` sees the bytes before. */
async function* textBytes(path: string, onRaw: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
  const raw =
    path === STANDARD_INPUT ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const chunks = (raw as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  async function* hashed(): AsyncGenerator<Buffer> {
    for (let chunk: IteratorResult<Buffer> = first; chunk.done !== true; chunk = await chunks.next()) {
      onRaw(chunk.value);
      yield chunk.value;
    }
  }
  const gzipped = GZIP_MAGIC.every((byte, i) => first.value[i] === byte);
  if (gzipped)
    yield* Readable.from(hashed()).pipe(createGunzip({ chunkSize: CHUNK_BYTES })) as AsyncIterable<Buffer>;
  else yield* hashed();
}

function readError(error: unknown, file: string): unknown {
  const code = systemErrorCode(error);
  if (code === undefined || error instanceof InputError) return error;
  if (code === "Z_BUF_ERROR") {
    return new InputError({
      file,
      message: "the gzip file ends in the middle of its data",
      expected: "a complete file",
    });
  }
  if (code.startsWith("Z_"))
    return new InputError({ file, message: "the gzip file is damaged", found: code });
  return new InputError({ file, message: `cannot read the trace: ${systemErrorText(error)}` });
}
