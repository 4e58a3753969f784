import { defineConfig } from "vitest/config";

/** Where CI wants the results as JSON beside the usual output: `npm cit` hands no arguments on to the runner. */
const jsonFile = process.env["ADOR_TEST_JSON"];

export default defineConfig({
  test: {
    // The main thread only hands files out, so that it needs no core of its own.
    maxWorkers: "100%",
    reporters: jsonFile === undefined ? ["default"] : ["default", ["json", { outputFile: jsonFile }]],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/build-once.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: { provider: "v8", include: ["src/**/*.ts"] },
  },
});
