// Answers what each address on standard input selects, by the browser's own modules: node state.mjs MODULES INDEX
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, index] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}`).href);
const selection = await load("selection.js");
const files = await load("statefiles.js");
const citations = await load("citations.js");
const drawing = await load("drawing.js");
const corpus = selection.readCorpus(JSON.parse(readFileSync(index, "utf8")));
const answers = [];
for (const words of JSON.parse(readFileSync(0, "utf8"))) {
  const { state, problems } = selection.readState(corpus, words);
  const written = {};
  for (const [ending, [, write]] of Object.entries({ ...files.FILES, ...citations.FILES, ...drawing.FILES })) written[ending] = await write(corpus, state);
  answers.push({
    address: selection.address(state),
    problems,
    names: selection.select(corpus, state).map((entry) => entry.name),
    facets: Object.fromEntries(selection.MANY.map((key) => [key, Object.fromEntries(selection.facet(corpus, state, key))])),
    years: selection.years(corpus, state),
    matrix: selection.matrix(corpus, state),
    files: written,
  });
}
process.stdout.write(JSON.stringify(answers));
