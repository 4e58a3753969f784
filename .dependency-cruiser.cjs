// The order of this list is the architecture: a folder may import itself and what stands before it.
// Folders that share a line share a floor and do not import each other.
const FLOORS = [
  ["core"],
  ["models", "hardware"],
  ["workload", "perf"],
  ["serving"],
  ["scenario"],
  ["analysis"],
  ["search"],
  ["report"],
  ["node"],
  ["cli"],
];
const ISOMORPHIC = "^src/(core|models|hardware|workload|perf|serving|scenario|analysis|search|report)/";

const oneOf = (folders) => `^src/(${folders.join("|")})/`;

const floorRules = FLOORS.flatMap((folders, floor) =>
  folders.map((folder) => ({
    name: `floor-of-${folder}`,
    severity: "error",
    from: { path: oneOf([folder]) },
    to: { path: "^src/", pathNot: oneOf([...FLOORS.slice(0, floor).flat(), folder]) },
  })),
);

module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: "every-folder-has-a-floor",
      comment: "A new folder takes its place in FLOORS before it imports anything.",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: oneOf(FLOORS.flat()) },
      to: {},
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "isomorphic-floors-know-no-platform",
      severity: "error",
      from: { path: ISOMORPHIC },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "isomorphic-floors-import-isomorphic-packages",
      comment: "csv-parse and csv-stringify ship a build without Buffer and streams under browser/esm.",
      severity: "error",
      from: { path: ISOMORPHIC },
      to: { path: "node_modules/(commander|cli-progress|csv-(parse|stringify)/(lib|dist/cjs))" },
    },
    {
      name: "no-unlisted-package",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev", "npm-peer", "deprecated"] },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
