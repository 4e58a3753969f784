import { jsonText } from "../node/result-files.ts";
import { readStoredRequest } from "../node/stored-request.ts";
import { requestStory } from "../report/request-story.ts";
import type { WhyFlags } from "./flags.ts";

/** `ador why`. */
export function whyCommand(id: string, flags: WhyFlags): void {
  const request = readStoredRequest(flags.in, id);
  process.stdout.write(flags.json === true ? jsonText(request) : requestStory(request));
}
