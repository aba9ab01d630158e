// The worker with Oxigraph and the dataset. It returns rows and triples as plain data.
import init, { Store, defaultGraph } from "oxigraph/web.js";
import wasm from "oxigraph/web_bg.wasm";

let store;

const post = (kind, more = {}) => self.postMessage({ kind, ...more });

/** Downloads and unpacks a file, reporting progress. */
async function read(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be loaded: ${response.status} ${response.statusText}`);
  const total = Number(response.headers.get("Content-Length")) || 0;
  const chunks = [];
  let loaded = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    post("progress", { loaded, total });
  }
  const blob = new Blob(chunks);
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  // Some servers send .gz files with a Content-Encoding, which the browser has already unpacked.
  if (first !== 0x1f || second !== 0x8b) return new Uint8Array(await blob.arrayBuffer());
  const unpacked = new Response(blob.stream().pipeThrough(new DecompressionStream("gzip")));
  return new Uint8Array(await unpacked.arrayBuffer());
}

async function open(url) {
  const [quads] = await Promise.all([read(url), init({ module_or_path: new URL(wasm, import.meta.url) })]);
  post("loading");
  store = new Store();
  store.load(quads, { format: "application/n-quads", no_transaction: true });
  post("ready", { size: store.size });
}

/** Whether the query uses all graphs together: it does unless it names graphs with FROM. */
function overall(text) {
  const other = text.replace(/from/gi, "frox");
  if (other === text) return true;
  // Only the parser can tell a keyword from part of a name, a literal or a comment.
  try {
    new Store().query(other);
    return true;
  } catch {
    return false;
  }
}

function plain(term) {
  if (term.termType === "NamedNode") return { type: "uri", value: term.value };
  if (term.termType === "BlankNode") return { type: "bnode", value: term.value };
  const literal = { type: "literal", value: term.value };
  if (term.language) literal["xml:lang"] = term.language;
  else if (term.datatype.value !== "http://www.w3.org/2001/XMLSchema#string") literal.datatype = term.datatype.value;
  return literal;
}

function answer(text) {
  const options = { use_default_graph_as_union: overall(text) };
  try {
    return { form: "rows", json: store.query(text, { ...options, results_format: "application/sparql-results+json" }) };
  } catch (error) {
    if (!String(error.message).startsWith("Not supported RDF format")) throw error;
  }
  const quads = store.query(text, options);
  const turtle = new Store(quads).dump({ format: "text/turtle", from_graph_name: defaultGraph() });
  const triples = quads.map((quad) => [plain(quad.subject), plain(quad.predicate), plain(quad.object)]);
  return { form: "triples", triples, turtle };
}

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "open") await open(data.url);
    else post("answer", answer(data.text));
  } catch (error) {
    post("error", { message: String(error.message ?? error), opening: data.kind === "open" });
  }
};
