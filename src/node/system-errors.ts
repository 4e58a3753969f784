const TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is not a folder",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed",
  EROFS: "the disk is read-only",
  EMFILE: "too many open files",
  SQLITE_FULL: "no space left on the disk",
  SQLITE_IOERR_WRITE: "the disk refuses to take more",
  SQLITE_IOERR_SHMSIZE: "the disk refuses to take more",
};

/** What the operating system refused, in words and without paths. */
export function systemErrorText(error: unknown): string {
  const code = systemErrorCode(error);
  if (code !== undefined) return TEXTS[code] ?? code;
  return error instanceof Error ? error.message : String(error);
}

/** ENOENT, ENOSPC…; undefined when the error is not the operating system's. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
