// Searches an index with the pages' own code: node searches.mjs FINDER INDEX… < queries, one a line.
//
// Prints the first hits of each as a line of JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [finder, ...files] = process.argv.slice(2);
const { Finder } = await import(pathToFileURL(finder));
const found = new Finder();
for (const file of files) await found.add(JSON.parse(readFileSync(file, "utf8")));
const queries = readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const query of queries) console.log(JSON.stringify(found.find(query).slice(0, 10)));
