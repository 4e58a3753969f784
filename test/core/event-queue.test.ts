import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_CLASS, EventQueue } from "../../src/core/event-queue.ts";

interface Event {
  readonly seconds: number;
  readonly eventClass: number;
  readonly subject: number;
}

const take = (queue: EventQueue): Event => {
  const { nextSeconds: seconds, nextClass: eventClass, nextSubject: subject } = queue;
  queue.pop();
  return { seconds, eventClass, subject };
};

const drain = (queue: EventQueue): Event[] => Array.from({ length: queue.length }, () => take(queue));

const push = (queue: EventQueue, { seconds, eventClass, subject }: Event): void => {
  queue.push(seconds, eventClass, subject);
};

/** The obvious queue: a list, searched for the first by (time, class) then the lowest subject. */
class ListQueue {
  readonly #events: Event[] = [];

  get length(): number {
    return this.#events.length;
  }

  push(event: Event): void {
    const behind = (other: Event) =>
      other.seconds > event.seconds ||
      (other.seconds === event.seconds &&
        (other.eventClass > event.eventClass ||
          (other.eventClass === event.eventClass && other.subject > event.subject)));
    const place = this.#events.findIndex(behind);
    this.#events.splice(place === -1 ? this.#events.length : place, 0, event);
  }

  take(): Event | undefined {
    return this.#events.shift();
  }

  /** Some event that could come earlier, the same for equal `choice`. */
  pick(choice: number): Event | undefined {
    return this.#events[choice % Math.max(1, this.#events.length)];
  }

  bringForward(event: Event, seconds: number): void {
    if (seconds >= event.seconds) return;
    this.#events.splice(this.#events.indexOf(event), 1);
    this.push({ ...event, seconds });
  }
}

// Few distinct times and classes, so that ties are the rule; the subject tells events apart.
const anyEvent = fc.record({
  seconds: fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.double({ min: 0, max: 5, noNaN: true }),
    fc.constant(Infinity),
  ),
  eventClass: fc.integer({ min: 0, max: 2 }),
});

describe("the event queue", () => {
  test("pops in the order of time, class and subject under any interleaving", () => {
    const operation = fc.oneof(
      { weight: 3, arbitrary: anyEvent },
      { weight: 2, arbitrary: fc.constant("pop" as const) },
      { weight: 2, arbitrary: fc.nat() },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400, size: "max" }), (operations) => {
        const queue = new EventQueue();
        const reference = new ListQueue();
        for (const [subject, operation] of operations.entries()) {
          if (operation === "pop") {
            if (queue.length > 0) expect(take(queue)).toEqual(reference.take());
          } else if (typeof operation === "number") {
            const event = reference.pick(operation);
            if (event === undefined) continue;
            const seconds = operation % 5;
            queue.bringForward(seconds, event.eventClass, event.subject);
            reference.bringForward(event, seconds);
          } else {
            push(queue, { ...operation, subject });
            reference.push({ ...operation, subject });
          }
          expect(queue.length).toBe(reference.length);
        }
        for (const event of drain(queue)) expect(event).toEqual(reference.take());
        expect(reference.length).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test("lets a step end before an arrival and an arrival before a step start of the same instant", () => {
    const queue = new EventQueue();
    const classes = [EVENT_CLASS.stepStart, EVENT_CLASS.arrival, EVENT_CLASS.stepEnd];
    for (const eventClass of classes) queue.push(1.5, eventClass, 0);
    expect(drain(queue).map(({ eventClass }) => eventClass)).toEqual([...classes].reverse());
  });

  test("orders ten thousand equal events by subject, whatever the order of pushing", () => {
    const queue = new EventQueue();
    for (let i = 0; i < 10_000; i++) queue.push(1, 1, (i * 7919) % 10_000);
    expect(drain(queue).map(({ subject }) => subject)).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  test("tells the time of the first event, and Infinity when there is none", () => {
    const queue = new EventQueue();
    expect(queue.nextSeconds).toBe(Infinity);
    queue.push(3, 0, 0);
    queue.push(2, 0, 0);
    expect(queue.nextSeconds).toBe(2);
    drain(queue);
    expect(queue.nextSeconds).toBe(Infinity);
  });

  test("refuses to bring forward what it does not hold", () => {
    const queue = new EventQueue();
    queue.push(2, 1, 7);
    expect(() => {
      queue.bringForward(1, 0, 7);
    }).toThrow(RangeError);
  });

  test("is none the worse for a pop when empty", () => {
    const queue = new EventQueue();
    queue.pop();
    expect(queue.length).toBe(0);
    queue.push(1, 0, 7);
    expect(drain(queue)).toEqual([{ seconds: 1, eventClass: 0, subject: 7 }]);
  });
});
