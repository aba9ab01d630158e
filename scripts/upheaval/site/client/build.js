// Bundles the pages' client into a folder: node build.js FOLDER
//
// File names include hashes of the content. `client.json` maps entry points to files; `THIRD-PARTY.txt` has the
// licences of everything bundled.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] && resolve(process.argv[2]);
if (!target) {
  console.error("error: no output folder; usage: node build.js FOLDER");
  process.exit(1);
}

const common = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  platform: "browser",
  target: ["chrome111", "firefox113", "safari16.4"],
  minify: true,
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  outdir: target,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".wasm": "file" },
  logLevel: "warning",
};

/** The output file of an entry point. */
function output(result, entry) {
  const found = Object.entries(result.metafile.outputs).find(([, made]) => made.entryPoint === entry);
  return basename(found[0]);
}

/** The packages whose files are in a bundle. */
function packages(results) {
  const found = new Map();
  for (const input of results.flatMap((result) => Object.keys(result.metafile.inputs))) {
    const parts = relative(here, resolve(here, input)).split(sep);
    const at = parts.lastIndexOf("node_modules");
    if (at < 0) continue;
    const name = parts[at + 1].startsWith("@") ? `${parts[at + 1]}/${parts[at + 2]}` : parts[at + 1];
    found.set(name, join(here, ...parts.slice(0, at + 1), name));
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The text of a package's licence: from the package, or from `licences` if the package has none. */
function licence(name, folder) {
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.md|\.txt)?$/i.test(each));
  return readFileSync(file ? join(folder, file) : join(here, "licences", `${name}.txt`), "utf8").trim();
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

const engine = await build({ ...common, entryPoints: ["src/engine.js"] });
const engineFile = output(engine, "src/engine.js");
const pages = await build({
  ...common,
  entryPoints: ["src/ask.js", "src/search.js"],
  splitting: true,
  define: { ENGINE_FILE: JSON.stringify(engineFile) },
});
const map = await build({ ...common, entryPoints: ["src/worldmap.js"] });
const atlas = join(here, "node_modules", "world-atlas");
const world = readFileSync(join(atlas, "countries-110m.json"));
const worldFile = `world-${createHash("sha256").update(world).digest("hex").slice(0, 8).toUpperCase()}.json`;
writeFileSync(join(target, worldFile), world);

const libraries = [...packages([engine, pages, map]), ["world-atlas", atlas]].map(([name, folder]) => {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name, version: about.version, licence: about.license, text: licence(name, folder) };
});
const notice = libraries.map((each) => `${each.name} ${each.version} (${each.licence})\n\n${each.text}\n`);
const rule = `\n${"-".repeat(80)}\n\n`;
writeFileSync(
  join(target, "THIRD-PARTY.txt"),
  `The pages contain these libraries.\n${rule}${notice.join(rule)}`,
);

const files = {};
for (const name of readdirSync(target).sort()) {
  files[name] = createHash("sha256").update(readFileSync(join(target, name))).digest("hex");
}
const description = {
  entries: {
    ask: output(pages, "src/ask.js"), engine: engineFile, search: output(pages, "src/search.js"),
    worldmap: output(map, "src/worldmap.js"), world: worldFile,
  },
  libraries: libraries.map(({ name, version, licence }) => ({ name, version, licence })),
  files,
};
writeFileSync(join(target, "client.json"), `${JSON.stringify(description, null, 1)}\n`);
