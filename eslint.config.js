import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** The floors that run unchanged in Node and in a browser worker, and give equal output for equal input. */
const ISOMORPHIC = [
  "core",
  "models",
  "hardware",
  "workload",
  "perf",
  "serving",
  "scenario",
  "analysis",
  "search",
  "report",
];

/** What a platform owns: it comes in through an interface, from an adapter in src/node. */
const PLATFORM_GLOBALS = [
  ...["process", "Buffer", "global", "globalThis", "require", "module", "__dirname", "__filename"],
  ...["console", "performance", "crypto", "fetch", "queueMicrotask", "structuredClone"],
  ...["setTimeout", "setInterval", "setImmediate"],
  ...["window", "self", "document", "navigator", "location", "localStorage"],
];

const isomorphicRules = {
  "no-restricted-globals": [
    "error",
    ...PLATFORM_GLOBALS.map((name) => ({ name, message: "This floor knows no platform." })),
  ],
  "no-restricted-properties": [
    "error",
    { object: "Math", property: "random", message: "Draw from a randomStream (src/core/random.ts)." },
    { object: "Date", property: "now", message: "This floor knows no clock." },
    { object: "Date", property: "parse", message: "It depends on the machine's time zone; use Date.UTC." },
    { property: "toLocaleString", message: "It depends on the machine's language." },
    { property: "localeCompare", message: "It depends on the machine's language." },
  ],
  "no-restricted-syntax": [
    "error",
    {
      selector: ":matches(NewExpression, CallExpression)[callee.name='Date']",
      message: "It depends on the machine's clock or time zone; use Date.UTC.",
    },
    {
      selector: "VariableDeclarator[init.name=/^(Math|Date)$/]",
      message: "Taken apart or under another name, clock and randomness would escape the checks.",
    },
    { selector: "MetaProperty", message: "import.meta differs from platform to platform." },
  ],
};

export default defineConfig(
  { ignores: ["dist", "out", "coverage", "node_modules"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      // Hot loops index typed arrays; `noUncheckedIndexedAccess` makes each read an explicit `!`.
      "@typescript-eslint/no-non-null-assertion": "off",
      // As TypeScript's own check: an underscore marks a parameter that only an interface asks for.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "@typescript-eslint/require-array-sort-compare": ["error", { ignoreStringArrays: true }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ISOMORPHIC.map((folder) => `src/${folder}/**/*.ts`),
    rules: isomorphicRules,
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unnecessary-condition": "off",
      // Matchers such as expect.closeTo are of type any.
      "@typescript-eslint/no-unsafe-assignment": "off",
    },
  },
  {
    files: ["**/*.cjs"],
    languageOptions: { sourceType: "commonjs", globals: { module: "writable", require: "readonly" } },
  },
);
