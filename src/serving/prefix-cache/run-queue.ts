/** Blocks of one text that share their fate: all of them referenced by as many requests, or freed at the same moment. */
export class BlockRun {
  /** What the blocks hold; undefined for blocks that hold nothing of use. */
  readonly text: CachedText | undefined;
  /** Places within the sequence, in blocks: `from` … `to - 1`. */
  from: number;
  to: number;
  /** Running requests that hold the blocks, and those of them that hold copies of their own; the former are more. */
  holders = 0;
  copies = 0;
  /** Neighbours within the text. */
  before: BlockRun | undefined = undefined;
  after: BlockRun | undefined = undefined;
  /** Neighbours in the queue of those that nobody holds. */
  older: BlockRun | undefined = undefined;
  newer: BlockRun | undefined = undefined;

  constructor(text: CachedText | undefined, from: number, to: number) {
    this.text = text;
    this.from = from;
    this.to = to;
  }
}

/** The cached blocks of one text, without a gap from its first one on. */
export class CachedText {
  readonly key: number;
  first: BlockRun | undefined = undefined;
  last: BlockRun | undefined = undefined;

  constructor(key: number) {
    this.key = key;
  }

  append(run: BlockRun): void {
    run.before = this.last;
    if (this.last === undefined) this.first = run;
    else this.last.after = run;
    this.last = run;
  }

  prepend(run: BlockRun): void {
    run.after = this.first;
    if (this.first === undefined) this.last = run;
    else this.first.before = run;
    this.first = run;
  }

  /** The run that holds a block; undefined when the text ends before it. */
  runAt(block: number): BlockRun | undefined {
    if (this.last === undefined || this.last.to <= block) return undefined;
    let run = this.last;
    while (run.from > block) run = run.before!;
    return run;
  }

  /** Cuts a run that ends at `end` in two and returns its second part, held by as many and not queued yet. */
  split(run: BlockRun, at: number, end: number): BlockRun {
    const rest = new BlockRun(this, at, end);
    rest.holders = run.holders;
    rest.copies = run.copies;
    run.to = at;
    rest.before = run;
    rest.after = run.after;
    if (run.after === undefined) this.last = rest;
    else run.after.before = rest;
    run.after = rest;
    return rest;
  }

  remove(run: BlockRun): void {
    if (run.before === undefined) this.first = run.after;
    else run.before.after = run.after;
    if (run.after === undefined) this.last = run.before;
    else run.after.before = run.before;
  }
}

/** Runs from the one freed longest ago to the latest, as a doubly linked list. */
export class RunQueue {
  oldest: BlockRun | undefined = undefined;
  newest: BlockRun | undefined = undefined;
  blocks = 0;

  push(run: BlockRun): void {
    this.insertBefore(run, undefined);
  }

  /** Puts a run before (on the older side of) one that is queued; at the newest end without one. */
  insertBefore(run: BlockRun, next: BlockRun | undefined): void {
    const previous = next === undefined ? this.newest : next.older;
    run.older = previous;
    run.newer = next;
    if (previous === undefined) this.oldest = run;
    else previous.newer = run;
    if (next === undefined) this.newest = run;
    else next.older = run;
    this.blocks += run.to - run.from;
  }

  remove(run: BlockRun): void {
    if (run.older === undefined) this.oldest = run.newer;
    else run.older.newer = run.newer;
    if (run.newer === undefined) this.newest = run.older;
    else run.newer.older = run.older;
    run.older = undefined;
    run.newer = undefined;
    this.blocks -= run.to - run.from;
  }

  clear(): void {
    this.oldest = undefined;
    this.newest = undefined;
    this.blocks = 0;
  }

  /** The last blocks of a queued run are gone, as many as that. */
  shorten(run: BlockRun, blocks: number): void {
    run.to -= blocks;
    this.blocks -= blocks;
  }
}
