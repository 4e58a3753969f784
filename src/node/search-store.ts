import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { InputError, RunError } from "../core/errors.ts";
import type { Evaluation, Fidelity } from "../search/evaluation/evaluator.ts";
import { RESULT_NAMES } from "../search/evaluation/results.ts";
import type { Store, StoredEvaluation } from "../search/store.ts";
import { systemErrorCode, systemErrorText } from "./system-errors.ts";

/** Files of a store in its folder: the database with its log, and a lock that the system releases whatever happens. */
export const STORE_FILE = "store.db";
const LOCK_FILE = "store.lock";
export const STORE_FILES: readonly string[] = [STORE_FILE, LOCK_FILE].flatMap((name) =>
  ["", "-wal", "-shm", "-journal"].map((suffix) => name + suffix),
);

/** Raised whenever a table changes; written to the database's `user_version`. */
const SCHEMA_VERSION = 1;
const SCHEMA = `
CREATE TABLE studies (
  study TEXT PRIMARY KEY,     -- content hash of scenario, requests, limits, slice and program version
  scenario TEXT NOT NULL,     -- its name
  model TEXT NOT NULL,
  version TEXT NOT NULL,      -- of the program
  space TEXT NOT NULL         -- JSON: the axes of the latest search
) WITHOUT ROWID;
CREATE TABLE evaluations (
  study TEXT NOT NULL REFERENCES studies,
  design TEXT NOT NULL,       -- content hash of the settings
  fidelity TEXT NOT NULL,     -- estimate, slice or full
  settings TEXT NOT NULL,     -- JSON: [[path, value], …]
  evaluation TEXT NOT NULL,   -- JSON: {kind: "done", results, halfWidths, bound} or {kind: "refused", constraint, problem}
  PRIMARY KEY (study, design, fidelity)
) WITHOUT ROWID;
CREATE VIEW results AS SELECT study, design, fidelity,
${RESULT_NAMES.map((name) => `  evaluation ->> '$.results.${name}' AS ${name}`).join(",\n")}
FROM evaluations WHERE evaluation ->> '$.kind' = 'done';
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** What a search is known by in its store. */
export interface StudyFacts {
  /** Content hash. */
  readonly study: string;
  readonly scenario: string;
  readonly model: string;
  readonly version: string;
  readonly space: unknown;
}

/** Evaluations in an SQLite database in a folder: each kept as soon as it is known, none lost when the process is killed. */
export class SearchStore implements Store {
  readonly #path: string;
  readonly #database: Database.Database;
  readonly #lock: Database.Database;
  readonly #study: string;
  readonly #known = new Map<string, Evaluation>();
  /** Evaluations found when the store was opened: of this study, and of others. */
  readonly found: { readonly own: number; readonly others: number };

  /**
   * Opens the store of a folder, making both where they are missing.
   * @throws InputError for a store in use, of another schema, or that is no database
   */
  constructor(folder: string, facts: StudyFacts) {
    this.#path = join(folder, STORE_FILE);
    mkdirSync(folder, { recursive: true });
    this.#lock = lockOf(folder);
    this.#study = facts.study;
    try {
      this.#database = openDatabase(this.#path);
      this.found = opened(this.#path, () => this.#read(facts));
    } catch (error) {
      this.#lock.close();
      throw error;
    }
  }

  #read({ study, scenario, model, version, space }: StudyFacts): { own: number; others: number } {
    this.#database
      .prepare("INSERT OR REPLACE INTO studies VALUES (?, ?, ?, ?, ?)")
      .run(study, scenario, model, version, JSON.stringify(space));
    const rows = this.#database
      .prepare("SELECT study, design, fidelity, evaluation FROM evaluations")
      .all() as { study: string; design: string; fidelity: Fidelity; evaluation: string }[];
    for (const row of rows) {
      if (row.study !== study) continue;
      this.#known.set(`${row.fidelity}/${row.design}`, JSON.parse(row.evaluation) as Evaluation);
    }
    return { own: this.#known.size, others: rows.length - this.#known.size };
  }

  find(design: string, fidelity: Fidelity): Evaluation | undefined {
    return this.#known.get(`${fidelity}/${design}`);
  }

  /** @throws RunError when the disk refuses: what was saved before stays */
  save(evaluations: readonly StoredEvaluation[]): void {
    const insert = this.#database.prepare("INSERT OR IGNORE INTO evaluations VALUES (?, ?, ?, ?, ?)");
    try {
      this.#database.exec("BEGIN");
      for (const { job, evaluation } of evaluations) {
        insert.run(
          this.#study,
          job.design,
          job.fidelity,
          JSON.stringify(job.settings),
          JSON.stringify(evaluation),
        );
      }
      this.#database.exec("COMMIT");
    } catch (error) {
      // Without COMMIT nothing of it stays; a ROLLBACK could fail in turn and hide why.
      throw new RunError(
        `cannot write ${this.#path}: ${systemErrorText(error)}; what was saved before is kept`,
      );
    }
    for (const { job, evaluation } of evaluations)
      this.#known.set(`${job.fidelity}/${job.design}`, evaluation);
  }

  close(): void {
    this.#database.close();
    this.#lock.close();
  }
}

/** Rows of a query over a store, which it cannot change, with the names of their columns. */
export function queryStore(folder: string, sql: string): { columns: string[]; rows: unknown[][] } {
  const path = join(folder, STORE_FILE);
  if (!existsSync(path)) {
    throw new InputError({ file: path, message: "no such store", expected: "the --out folder of a search" });
  }
  const database = openReadOnly(path);
  try {
    const statement = database.prepare(sql);
    if (!statement.reader)
      throw new InputError({ message: "a query only reads", found: sql, expected: "SELECT …" });
    const columns = statement.columns().map(({ name }) => name);
    return { columns, rows: statement.raw(true).all() as unknown[][] };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({ file: path, message: `cannot answer: ${(error as Error).message}`, found: sql });
  } finally {
    database.close();
  }
}

/** A transaction that is never ended keeps others out for as long as this process lives. */
function lockOf(folder: string): Database.Database {
  const path = join(folder, LOCK_FILE);
  try {
    const lock = new Database(path, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    const busy = /locked|busy/i.test((error as Error).message);
    throw new InputError({
      file: folder,
      message: busy ? "another search works on this folder" : `cannot lock: ${(error as Error).message}`,
      expected: busy ? "to wait until it ends, or another --out" : "a folder that can be written to",
    });
  }
}

function openDatabase(path: string): Database.Database {
  return opened(path, () => {
    const database = new Database(path);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    requireSound(path, database);
    const version = versionOf(database);
    if (version === 0) database.exec(`BEGIN; ${SCHEMA} COMMIT;`);
    else requireVersion(path, version);
    return database;
  });
}

function openReadOnly(path: string): Database.Database {
  return opened(path, () => {
    const database = new Database(path, { readonly: true });
    requireSound(path, database);
    requireVersion(path, versionOf(database));
    return database;
  });
}

function opened<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (isRefusedByDisk(error)) throw new RunError(`cannot write ${path}: ${systemErrorText(error)}`);
    throw new InputError({
      file: path,
      message: `cannot open the store: ${(error as Error).message}`,
      expected: "the store of a search, or no file: delete it to start afresh",
    });
  }
}

function isRefusedByDisk(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR)/.test(systemErrorCode(error) ?? "");
}

/** Reading from a damaged database could end the process. */
function requireSound(path: string, database: Database.Database): void {
  const [first] = database.prepare("SELECT quick_check AS finding FROM pragma_quick_check(1)").all() as {
    finding: string;
  }[];
  if (first?.finding === "ok") return;
  throw new InputError({
    file: path,
    message: `the store is damaged: ${first?.finding ?? "it cannot be checked"}`,
    expected: "an intact file, such as a copy, or none: delete it to start afresh",
  });
}

function versionOf(database: Database.Database): number {
  const [row] = database.prepare("SELECT user_version FROM pragma_user_version").all() as {
    user_version: number;
  }[];
  return row!.user_version;
}

function requireVersion(path: string, version: number): void {
  if (version === SCHEMA_VERSION) return;
  throw new InputError({
    file: path,
    message: "a store of another version of the program: its tables have version",
    found: version,
    expected: `version ${SCHEMA_VERSION}; use another --out or delete it`,
  });
}
