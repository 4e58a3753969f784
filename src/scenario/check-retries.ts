import { InputError } from "../core/errors.ts";
import type { ClientConfig } from "../serving/config.ts";
import type { Located } from "./located.ts";
import { problemAt } from "./problems.ts";
import type { System } from "./scenario.ts";

/**
 * Makes sure that clients who would try again have a reason to.
 * @throws InputError where no client ever gives up and no system ever turns one away or loses its request
 */
export function checkRetries(
  root: Located,
  clients: ClientConfig | undefined,
  systems: readonly System[],
): void {
  if (clients?.retry === undefined) return;
  const { ttftTimeoutSeconds, totalTimeoutSeconds } = clients;
  if (ttftTimeoutSeconds !== undefined || totalTimeoutSeconds !== undefined) return;
  const disappoints = ({ admission, failures }: System) =>
    admission !== undefined || failures?.requests === "lose";
  if (systems.some(disappoints)) return;
  throw new InputError(
    problemAt(root, ["clients", "retry"], {
      message: "nothing ever makes a client try again",
      expected: "clients.ttft_timeout, clients.timeout, cluster.admission, or failures that lose requests",
    }),
  );
}
