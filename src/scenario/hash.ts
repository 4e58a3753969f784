import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Replicas, Scenario } from "./scenario.ts";
import { describeWorkload } from "./workload.ts";

/**
 * SHA-256 of all that decides a scenario's results, in hexadecimal: every setting after defaults and overrides, models
 * and devices by their fields, systems in the order of the file, the trace by its content. Names (of the scenario, its
 * systems, models and devices), comments and paths leave it alone.
 * @param contentSha256 hash of the trace or the client files; undefined for a synthetic workload
 */
export function scenarioHash(scenario: Scenario, contentSha256: string | undefined): string {
  const { seed, workload, slo, clients, margins, systems } = scenario;
  const content = {
    seed,
    workload: { ...describeWorkload(workload), content: contentSha256 ?? null },
    slo,
    clients,
    margins,
    systems: systems.map(({ name: _name, settings: _written, pools, ...system }) => ({
      ...contentOf(system),
      ...(pools !== undefined && { pools: pools.map(contentOf) }),
    })),
  };
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(content))));
}

/** What a system or pool is made of, whatever its parts are called and wherever it was written. */
function contentOf({ model, device, schedulerPlace: _place, ...rest }: Replicas): Record<string, unknown> {
  return { ...rest, model: nameless(model), device: nameless(device) };
}

function nameless<T extends { readonly name: string }>({ name: _name, ...fields }: T): Omit<T, "name"> {
  return fields;
}

/** JSON with the keys of every map in order, so that equal content gives equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
