// References to a selection, for reference managers: byte for byte what upheaval/explore/references.py writes.
import { address, select, wordsOf } from "./selection.js";

const SIGNS = { "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" };
const tex = (text) => text.replace(/[\\{}$&#%_^~]/g, (sign) => SIGNS[sign] ?? `\\${sign}`);

/** The start of the FNV-1a hash of a text (32 bits), as eight hexadecimal digits. */
function mark(text) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function factsOf(corpus, state) {
  const { about } = corpus;
  const words = address(state);
  const count = select(corpus, state).length;
  return {
    key: words ? `${about.name}-${mark(words)}` : about.name,
    title: `${wordsOf(corpus, state)} (${count} record${count === 1 ? "" : "s"})`,
    version: `${about.version}, RDFC-1.0 ${about.identity.slice(0, 12)}`,
    url: `${about.iri}explore/${words ? "?" : ""}${words}`,
  };
}

/** The reference as a sentence. */
export function asSentence(corpus, state) {
  const { about } = corpus;
  const { title, version, url } = factsOf(corpus, state);
  return `${about.creator.join("; ")}: ${title}. In: ${about.title}, version ${version}, ${about.issued}. ${url}`;
}

export function asBibtex(corpus, state) {
  const { about } = corpus;
  const { key, title, version, url } = factsOf(corpus, state);
  const fields = {
    author: about.creator.map((name) => `{${tex(name)}}`).join(" and "),
    title: tex(title),
    howpublished: tex(about.title),
    year: about.issued.slice(0, 4),
    version: tex(version),
    url,
  };
  return `@misc{${key},\n${Object.entries(fields).map(([name, text]) => `  ${name} = {${text}},\n`).join("")}}\n`;
}

export function asRis(corpus, state) {
  const { about } = corpus;
  const { title, version, url } = factsOf(corpus, state);
  const lines = [
    "TY  - DATA", ...about.creator.map((name) => `AU  - ${name}`), `TI  - ${title}`, `T2  - ${about.title}`,
    `DA  - ${about.issued.replaceAll("-", "/")}`, `ET  - ${version}`, `UR  - ${url}`, "ER  - ",
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

export function asCsl(corpus, state) {
  const { about } = corpus;
  const { key, title, version, url } = factsOf(corpus, state);
  const item = {
    type: "dataset",
    id: key,
    title,
    "container-title": about.title,
    author: about.creator.map((literal) => ({ literal })),
    issued: { "date-parts": [about.issued.split("-").map(Number)] },
    version,
    URL: url,
  };
  return `${JSON.stringify([item], null, 1)}\n`;
}

export const FILES = { bib: ["application/x-bibtex", asBibtex], ris: ["application/x-research-info-systems", asRis], "csl.json": ["application/vnd.citationstyles.csl+json", asCsl] };
