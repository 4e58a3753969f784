/** The requests of a replica that wait to be admitted, in the order of its scheduling policy. */
export interface WaitingQueue {
  readonly length: number;
  /** The request that is next in line; the queue must not be empty. */
  readonly first: number;
  /** A request has just arrived. */
  push(request: number): void;
  /** A request comes back from the batch before it was done. */
  putBack(request: number): void;
  removeFirst(): void;
  /** Takes out a request from anywhere in the queue. */
  remove(request: number): void;
}
