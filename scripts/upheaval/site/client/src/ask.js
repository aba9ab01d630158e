// The Ask page: example questions, a form and an editor for queries, which run in the browser.
import { clip } from "./dom.js";
import { compose, read as readForm } from "./form.js";
import { Names } from "./names.js";
import { difference, read as readLink, write as writeLink } from "./permalink.js";
import { questions } from "./questions.js";
import { show, size } from "./results.js";
import { Runner, Stopped } from "./runner.js";

const root = document.documentElement.dataset.root ?? "";
const at = (path) => new URL(root + path, document.baseURI).href;
const page = JSON.parse(document.getElementById("ask-page").textContent);
const element = (id) => document.getElementById(id);
const [state, note, run, stop, link, answer] = ["ask-state", "ask-note", "ask-run", "ask-stop", "ask-link", "ask-answer"].map(element);

const names = new Names(page.prefixes, root);
const terms = fetch(at(page.terms)).then((response) => response.json());
const runner = new Runner(at(page.dataset));
const known = terms.then((list) => names.learn(list)).catch(() => say("The list of terms cannot be loaded; completion and links to pages are unavailable."));

let current = plainEditor(element("ask-query"));
const editor = { get: () => current.get(), set: (text) => current.set(text), mark: (place) => current.mark(place) };
const list = questions(page, { list: element("ask-questions"), fields: element("ask-fields") }, editor, say, preview);

/** The plain text field used until CodeMirror has loaded, or permanently if it cannot be loaded. */
function plainEditor(field) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask();
  });
  return {
    get: () => field.value,
    set: (text) => {
      field.value = text;
    },
    mark: () => {},
  };
}

async function loadEditor() {
  const { editor: make } = await import("./editor.js");
  const field = element("ask-query");
  const options = { text: field.value, label: "Query in SPARQL", run: ask, prefixes: page.prefixes, terms: terms.catch(() => []) };
  current = make(element("ask-editor"), options);
  field.hidden = true;
}

function say(message) {
  state.textContent = message;
}

/** The position of an engine error: `error at LINE:COLUMN: …`. */
function place(message) {
  const found = /error at (\d+):(\d+): ([^]*)/.exec(message);
  return found && { line: Number(found[1]), column: Number(found[2]), message: clip(found[3].replace(/\s+/g, " "), 240) };
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const STEPS = {
  starting: () => "Starting the engine …",
  progress: ({ loaded, total }) => `Fetching the dataset: ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ""} …`,
  loading: () => "Loading the dataset …",
  ready: () => "Ready.",
};

async function ask() {
  if (runner.pending) return;
  const lacking = list.lacking();
  if (lacking) return say(`Choose first: ${lacking}.`);
  const query = editor.get();
  previewed += 1;
  const begin = performance.now();
  const seconds = () => `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  let step = { kind: "starting" };
  const tick = () => say(STEPS[step.kind]?.(step) ?? `Running for ${seconds()} …`);
  const clock = setInterval(tick, 100);
  busy(true);
  editor.mark(null);
  answer.replaceChildren();
  link.hidden = true;
  try {
    const found = await runner.run(query, (next) => {
      step = next;
      tick();
    });
    await known;
    show(answer, found, names, `${page.publication.name}-answer`);
    link.href = writeLink(query, page.publication);
    link.hidden = false;
    history.replaceState(null, "", link.href); // so that Back, from a record, finds the query again
    say(`${size(found)} in ${seconds()}, from version ${page.publication.version}.`);
  } catch (error) {
    explain(error, seconds());
  } finally {
    clearInterval(clock);
    busy(false);
  }
}

let previewed = 0;

/** Keeps a question that somebody chose in the address, and shows its rows. */
function preview(question) {
  history.replaceState(null, "", `#${new URLSearchParams({ example: question.name })}`);
  return built(question);
}

/** Shows the rows of an example question, which came with the page: the engine is not needed. */
async function built(question) {
  previewed += 1;
  const turn = previewed;
  if (runner.pending) return;
  answer.replaceChildren();
  link.hidden = true;
  say("");
  if (!question.answer) return;
  const [json] = await Promise.all([fetch(at(question.answer)).then((response) => response.text()), known]).catch(() => []);
  if (!json || turn !== previewed) return;
  const found = { form: "rows", json };
  show(answer, found, names, `${page.publication.name}-${question.name}`);
  say(`${size(found)} for the values shown, from version ${page.publication.version}. Run the query for other values.`);
}

/** Runs a query that was started elsewhere on the page, and scrolls to its answer. */
function askAndShow() {
  ask();
  state.scrollIntoView({ block: "start" });
}

function explain(error, time) {
  if (error instanceof Stopped) return say(`Stopped after ${time}. The engine restarts with the next query.`);
  const where = place(error.message);
  if (!where) return say(`The query cannot be answered: ${error.message}`);
  say(`Line ${where.line}, column ${where.column}: ${where.message}`);
  return editor.mark(where);
}

function busy(is) {
  run.disabled = is;
  stop.disabled = !is;
  answer.setAttribute("aria-busy", String(is));
}

/** Applies the address: runs the query or opens the example question in it. */
function follow() {
  const asked = readLink(location.hash);
  if (!asked) return;
  note.textContent = difference(asked, page.publication);
  note.hidden = !note.textContent;
  if (asked.query) {
    list.close();
    editor.set(asked.query);
    askAndShow();
  } else if (list.open(asked.example)) preview(page.questions.find(({ name }) => name === asked.example));
  else say(`There is no example question “${asked.example}”.`);
}

element("ask-form").addEventListener("submit", (event) => {
  event.preventDefault();
  try {
    editor.set(compose(readForm(event.target), page.prefixes));
    list.close();
    askAndShow();
  } catch (error) {
    say(error.message);
  }
});
run.addEventListener("click", ask);
stop.addEventListener("click", () => runner.stop());
addEventListener("hashchange", follow);

busy(false);
element("ask-without").hidden = true;
element("ask-app").hidden = false;
const ready = ({ parameters }) => !parameters.some(({ required }) => required);
const first = page.questions.find(ready) ?? page.questions[0];
list.open(first?.name);
await loadEditor().catch((error) => say(`The editor cannot be loaded (${error.message}); use the plain text field instead.`));
say("");
if (first && !readLink(location.hash)) built(first);
follow();
document.documentElement.dataset.ready = "ask";
