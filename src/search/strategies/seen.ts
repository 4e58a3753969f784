import type { Point, Space } from "../space/space.ts";

/** Keeps designs apart: each is passed on once. */
export class Seen {
  readonly #keys = new Set<string>();
  readonly #space: Space;

  constructor(space: Space) {
    this.#space = space;
  }

  get count(): number {
    return this.#keys.size;
  }

  /** Whether the design is new; from then on it is not. */
  add(point: Point): boolean {
    const key = this.#space.keyOf(point);
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    return true;
  }

  has(point: Point): boolean {
    return this.#keys.has(this.#space.keyOf(point));
  }
}
