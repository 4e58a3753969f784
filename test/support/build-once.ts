import { execFileSync } from "node:child_process";

/** The end-to-end tests run the built program, as a user does: build it once before any of them. */
export default function buildOnce(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}
