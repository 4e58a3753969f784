import { refuseExisting, writeText } from "../node/text-file.ts";
import { compileModel } from "../perf/compile.ts";
import { stepProfileCsv } from "../perf/profile/profile-csv.ts";
import { sampleProfile } from "../perf/profile/sample-profile.ts";
import { explainedSystem } from "./explained-system.ts";
import type { ProfileFlags } from "./flags.ts";

/** `ador profile`: the analytical model of a system's steps as a profile, up to the largest step that it allows. */
export function profileCommand(scenario: string | undefined, flags: ProfileFlags): void {
  refuseExisting(flags);
  const system = explainedSystem(scenario, flags);
  const { maxNumBatchedTokens, maxNumSeqs, maxModelLen } = system.engine;
  const profile = sampleProfile(compileModel(system), {
    ...{ tokens: maxNumBatchedTokens, sequences: maxNumSeqs, contextTokens: maxModelLen },
  });
  writeText([stepProfileCsv(profile)], flags);
}
