// Search as you type, and the page of all hits. The engine and the index are fetched when the field first gets focus.
import { h } from "./dom.js";

const SHOWN = 10;
const LISTED = 8;
const root = document.documentElement.dataset.root ?? "";
const form = document.getElementById("site-search");
const field = document.getElementById("search-text");
let loading = null;

/** Loads the engine and the index; sources, the larger half, follow and are announced by an event. */
function load() {
  loading ??= (async () => {
    const read = (address) => fetch(address).then((response) => response.json());
    const [{ Finder }, main] = await Promise.all([import("./finder.js"), read(form.dataset.index)]);
    const finder = new Finder();
    await finder.add(main);
    finder.complete = read(form.dataset.sources).then((sources) => finder.add(sources));
    return finder;
  })();
  return loading;
}

/** Hits by kind, each kind where its best hit is. */
function grouped(hits) {
  const kinds = new Map();
  for (const hit of hits) kinds.set(hit.kind, [...(kinds.get(hit.kind) ?? []), hit]);
  return [...kinds];
}

const count = (number) => `${number} hit${number === 1 ? "" : "s"}`;
const reason = ({ other }) => (other ? [" ", h("small", {}, h("bdi", {}, other))] : []);

function combobox() {
  const list = h("div", { id: "suggestions", class: "suggestions", role: "listbox", "aria-label": "Hits", hidden: true });
  const status = h("span", { class: "silent", role: "status" });
  form.append(list, status);
  const roles = { role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list", "aria-haspopup": "listbox" };
  for (const [name, value] of Object.entries(roles)) field.setAttribute(name, value);
  let options = [];
  let active = -1;

  function mark(place) {
    active = place;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", options[place].id);
      options[place].scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function show(found) {
    options = [];
    const groups = grouped(found.slice(0, SHOWN)).map(([kind, hits], at) => {
      const shown = hits.map((hit) => {
        const attributes = { id: `suggestion-${options.length}`, role: "option", "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: () => go(hit) };
        const option = h("div", attributes, h("bdi", {}, hit.title), ...reason(hit));
        option.hit = hit;
        options.push(option);
        return option;
      });
      return h("div", { role: "group", "aria-labelledby": `suggested-${at}` }, h("small", { id: `suggested-${at}`, role: "presentation" }, kind), ...shown);
    });
    list.replaceChildren(...groups);
    list.hidden = !options.length;
    field.setAttribute("aria-expanded", String(options.length > 0));
    mark(-1);
  }

  function go(hit) {
    location.href = root + hit.path;
  }

  async function suggest() {
    const typed = field.value;
    const finder = await load();
    const found = finder.find(typed);
    if (field.value !== typed) return;
    show(found);
    status.textContent = typed.trim() ? count(found.length) : "";
    if (!finder.isComplete) {
      await finder.complete;
      finder.isComplete = true;
      if (field.value === typed && active < 0 && document.activeElement === field) show(finder.find(typed));
    }
  }

  const keys = {
    ArrowDown: () => mark((active + 1) % options.length),
    ArrowUp: () => mark((active <= 0 ? options.length : active) - 1),
    Enter: () => active >= 0 && (go(options[active].hit), true),
    Escape: () => close(),
  };
  field.addEventListener("focus", () => load().catch(() => {}), { once: true });
  field.addEventListener("input", () => suggest().catch(() => close()));
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in keys)) return;
    if (list.hidden) {
      if (event.key === "ArrowDown") suggest().catch(() => close());
      return;
    }
    if (keys[event.key]() !== false) event.preventDefault();
  });
}

/** A group of hits: the best ones, and the others on demand. */
function section([kind, hits], at) {
  const item = (hit) => h("li", {}, h("a", { href: root + hit.path }, h("bdi", {}, hit.title)), ...reason(hit));
  const rest = hits.slice(LISTED);
  return h(
    "section",
    { "aria-labelledby": `kind-${at}` },
    h("h2", { id: `kind-${at}` }, kind, " ", h("span", { class: "hint" }, String(hits.length))),
    h("ol", {}, ...hits.slice(0, LISTED).map(item)),
    rest.length ? h("details", {}, h("summary", {}, `${rest.length} more`), h("ol", { start: LISTED + 1 }, ...rest.map(item))) : null,
  );
}

/** On the search page: lists all hits for the query in the address. */
async function results() {
  const place = document.getElementById("hits");
  const asked = new URLSearchParams(location.search).get("q")?.trim();
  if (!place || !asked) return;
  field.value = asked;
  const state = document.getElementById("hits-state");
  const list = (finder) => {
    const found = finder.find(asked);
    place.replaceChildren(...grouped(found).map(section));
    place.hidden = !found.length;
    return found.length;
  };
  try {
    const finder = await load();
    list(finder);
    await finder.complete;
    const number = list(finder);
    state.textContent = number ? `${count(number)} for “${asked}”` : `No hits for “${asked}”.`;
  } catch {
    state.textContent = "The search index cannot be loaded.";
  }
}

combobox();
results();
