import { explainDesign } from "../node/explore-why.ts";
import { jsonText } from "../node/result-files.ts";
import { whyJsonOf } from "../report/explore/why-json.ts";
import { whyScreen } from "../report/explore/why-screen.ts";
import { EXIT } from "./exit-codes.ts";
import type { ExploreFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";

/** `ador explore --why`. Returns the exit code. */
export async function exploreWhyCommand(path: string, design: string, flags: ExploreFlags): Promise<number> {
  const { out, json, quiet } = flags;
  const { exploration, why } = await explainDesign({
    ...{ path, overrides: flags, out, design },
    onMissing: () => {
      if (quiet === true || json === true) return;
      process.stderr.write("the search has not ended: what is missing is worked out here and not kept\n");
    },
  });
  process.stdout.write(
    json === true
      ? jsonText(whyJsonOf(exploration, why))
      : whyScreen(exploration, why, paintFor(process.stdout.isTTY)),
  );
  return EXIT.done;
}
