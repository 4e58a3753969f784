import type { Engine } from "../search/engine.ts";

/** An engine that holds threads or connections until it is closed. */
export interface RunningEngine extends Engine {
  close(): Promise<void>;
}
