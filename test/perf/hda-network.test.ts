import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import {
  broadcastBytesPerSecond,
  multicastHops,
  networkRates,
  unicastBytesPerSecond,
} from "../../src/perf/hda/network.ts";

type Link = readonly [from: number, to: number];

const both = (a: number, b: number): Link[] => [
  [a, b],
  [b, a],
];
const ringLinks = (cores: number) => Array.from({ length: cores }, (_, i) => both(i, (i + 1) % cores)).flat();
const meshLinks = (side: number) =>
  Array.from({ length: side * side }, (_, i) => [
    ...(i % side < side - 1 ? both(i, i + 1) : []),
    ...(i + side < side * side ? both(i, i + side) : []),
  ]).flat();
const crossingLinks = (links: Link[], cores: number) =>
  links.filter(([from, to]) => from < cores / 2 !== to < cores / 2).length;

const withNetwork = (topology: "ring" | "mesh" | "all-to-all", cores: number, width: number) => {
  return {
    ...ADOR_RECALLED,
    cores,
    noc: { ...ADOR_RECALLED.noc, topology, bytesPerCyclePerPort: width },
    globalSramBytesPerSecond: 1e18,
  };
};

describe("the on-chip network", () => {
  test.each([4, 6, 8])(
    "carries over the middle what the links there do, of a ring or mesh with %d rows",
    (side) => {
      const cores = side * side;
      expect(networkRates(withNetwork("mesh", cores, 32)).crossing).toBe(
        32 * crossingLinks(meshLinks(side), cores),
      );
      expect(networkRates(withNetwork("ring", cores, 32)).crossing).toBe(
        32 * crossingLinks(ringLinks(cores), cores),
      );
    },
  );

  test("gives a stream to many cores no faster than one port takes it, and to each its part faster", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("ring" as const, "mesh" as const, "all-to-all" as const),
        fc.integer({ min: 1, max: 256 }),
        fc.integer({ min: 1, max: 1024 }),
        (topology, cores, width) => {
          const device = withNetwork(topology, cores, width);
          const links = topology === "all-to-all" ? 1 : 2;
          const broadcast = broadcastBytesPerSecond(device);
          expect(broadcast).toBeLessThanOrEqual(links * width * device.clockHertz);
          expect(unicastBytesPerSecond(device)).toBeGreaterThanOrEqual(broadcast);
          expect(unicastBytesPerSecond({ ...device, globalSramBytesPerSecond: 1e9 })).toBeLessThanOrEqual(
            1e9,
          );
        },
      ),
    );
  });

  test("takes 2 TB/s of weights from memory to the cores of the recollected ADOR design", () => {
    expect(unicastBytesPerSecond(ADOR_RECALLED)).toBeGreaterThan(2e12);
  });

  test("reaches every core with one hop more than there are others, over a crossbar with a wire to each", () => {
    expect(multicastHops(32, "ring", 1)).toBe(0);
    expect(multicastHops(32, "mesh", 32)).toBe(31);
    expect(multicastHops(36, "all-to-all", 3)).toBeCloseTo(2 * 4, 12);
  });
});
