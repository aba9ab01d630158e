// Reads files with the parsers of npm and writes what each finds as N-Quads.
//
// Standard input has a JSON list of jobs: reader, form (a media type), path, base and out. A context is read from the
// file beside the document, never fetched.
const fs = require("fs");
const { Readable } = require("stream");
const { fileURLToPath } = require("url");
const N3 = require("n3");
const jsonld = require("jsonld");
const { JsonLdParser } = require("jsonld-streaming-parser");
const { RdfXmlParser } = require("rdfxml-streaming-parser");
const { SparqlJsonParser } = require("sparqljson-parse");
const { SparqlXmlParser } = require("sparqlxml-parse");

function written(quads) {
  const writer = new N3.Writer({ format: "N-Quads" });
  return quads.map(({ subject, predicate, object, graph }) => writer.quadToString(subject, predicate, object, graph)).join("");
}

function collected(stream) {
  return new Promise((resolve, reject) => {
    const found = [];
    stream.on("data", (item) => found.push(item)).on("error", reject).on("end", () => resolve(found));
  });
}

function local(url) {
  return fs.readFileSync(fileURLToPath(url), "utf8");
}

async function solutions(stream) {
  const writer = new N3.Writer({ format: "N-Quads" });
  return (await collected(stream))
    .map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).map(([name, term]) => [name, writer._encodeObject(term)]))) + "\n")
    .join("");
}

// Splits a TSV of results, whose cells are terms in Turtle (SPARQL 1.1 Query Results CSV and TSV Formats, section 4.2).
function separated(text) {
  const writer = new N3.Writer({ format: "N-Quads" });
  const [names, ...rows] = text.split("\n").map((line) => line.split("\t"));
  const term = (cell) => writer._encodeObject(new N3.Parser().parse(`<urn:s> <urn:p> ${cell} .`)[0].object);
  const filled = (row) => row.map((cell, at) => [names[at], cell]).filter(([, cell]) => cell);
  const read = (row) => Object.fromEntries(filled(row).map(([name, cell]) => [name, term(cell)]));
  return rows.slice(0, -1).map((row) => JSON.stringify(read(row)) + "\n").join("");
}

const readers = {
  "N3.js": async ({ form, base }, text) => written(new N3.Parser({ format: form, baseIRI: base }).parse(text)),
  "jsonld.js": ({ base }, text) =>
    jsonld.toRDF(JSON.parse(text), {
      format: "application/n-quads",
      base,
      documentLoader: async (url) => ({ documentUrl: url, document: JSON.parse(local(url)) }),
    }),
  "jsonld-streaming-parser": async ({ base }, text) => {
    const documentLoader = { load: async (url) => JSON.parse(local(url)) };
    return written(await collected(Readable.from([text]).pipe(new JsonLdParser({ baseIRI: base, documentLoader }))));
  },
  "rdfxml-streaming-parser": async ({ base }, text) =>
    written(await collected(Readable.from([text]).pipe(new RdfXmlParser({ baseIRI: base })))),
  "sparqljson-parse": (_, text) => solutions(new SparqlJsonParser().parseJsonResultsStream(Readable.from([text]))),
  "sparqltsv-parse": (_, text) => separated(text),
  "sparqlxml-parse": (_, text) => solutions(new SparqlXmlParser().parseXmlResultsStream(Readable.from([text]))),
};

async function main() {
  for (const job of JSON.parse(fs.readFileSync(0, "utf8"))) {
    try {
      fs.writeFileSync(job.out, await readers[job.reader](job, fs.readFileSync(job.path, "utf8")));
    } catch (error) {
      fs.writeFileSync(job.out, `error: ${error.message}\n`);
    }
  }
}

main();
