/** What a router may know of a change: where, and by how much. */
const FIELDS = 5;

/**
 * What routers know of the replicas: requests sent there and not ended, the prompts of those in tokens, and the prompts
 * that have no first token yet. With a delay every change is seen that much later, the router's own decisions included:
 * the model of continuously updated old information of Mitzenmacher, "How useful is old information?", IEEE TPDS 11(1),
 * 2000.
 */
export class LoadView {
  readonly openRequests: Int32Array;
  readonly openTokens: Float64Array;
  readonly unansweredTokens: Float64Array;
  /** Over all replicas. */
  #openRequests = 0;
  readonly #delaySeconds: number;
  /** Changes that are not to be seen yet, oldest first: time, replica, requests, open and unanswered tokens. */
  #hidden: number[] = [];
  #firstHidden = 0;

  constructor(replicas: number, delaySeconds: number) {
    this.openRequests = new Int32Array(replicas);
    this.openTokens = new Float64Array(replicas);
    this.unansweredTokens = new Float64Array(replicas);
    this.#delaySeconds = delaySeconds;
  }

  change(seconds: number, replica: number, requests: number, tokens: number, unanswered: number): void {
    if (this.#delaySeconds > 0) this.#hidden.push(seconds, replica, requests, tokens, unanswered);
    else this.#apply(replica, requests, tokens, unanswered);
  }

  /** Brings the view to what is to be seen at a time, which never decreases. */
  lookAt(seconds: number): void {
    const hidden = this.#hidden;
    let next = this.#firstHidden;
    while (next < hidden.length && hidden[next]! + this.#delaySeconds <= seconds) {
      this.#apply(hidden[next + 1]!, hidden[next + 2]!, hidden[next + 3]!, hidden[next + 4]!);
      next += FIELDS;
    }
    this.#firstHidden = next;
    if (next > 4096 && next * 2 > hidden.length) {
      this.#hidden = hidden.slice(next);
      this.#firstHidden = 0;
    }
  }

  /** Open requests of some replicas, by rising index. */
  openAmong(replicas: readonly number[]): number {
    if (replicas.length === this.openRequests.length) return this.#openRequests;
    let open = 0;
    for (const replica of replicas) open += this.openRequests[replica]!;
    return open;
  }

  #apply(replica: number, requests: number, tokens: number, unanswered: number): void {
    this.#openRequests += requests;
    this.openRequests[replica]! += requests;
    this.openTokens[replica]! += tokens;
    this.unansweredTokens[replica]! += unanswered;
  }
}
