// The order of this list is the architecture: a folder may import itself and what stands before it.
// Folders that share a line share a floor and do not import each other.
const FLOORS = [
  ["core"],
  ["models", "hardware"],
  ["workload", "perf"],
  ["serving"],
  ["scenario"],
  ["report"],
  ["node"],
  ["cli"],
];
const ISOMORPHIC = "^src/(core|models|hardware|workload|perf|serving|scenario|report)/";

const floorRules = FLOORS.flatMap((folders, floor) =>
  folders.map((folder) => {
    const allowed = [...FLOORS.slice(0, floor).flat(), folder];
    return {
      name: `floor-of-${folder}`,
      severity: "error",
      from: { path: `^src/${folder}/` },
      to: { path: "^src/", pathNot: `^src/(${allowed.join("|")})/` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...floorRules,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "isomorphic-floors-know-no-platform",
      severity: "error",
      from: { path: ISOMORPHIC },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-unlisted-package",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"] },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"], extensions: [".ts", ".js", ".mjs", ".cjs", ".json"] },
  },
};
