// The Explore page: its address is the state; facets, views, files and citation all follow it.
import { DAYS, LABELS, MANY, address, choose, facet, isReal, pairsOf, readCorpus, readState, select, wordsOf } from "./selection.js";
import { FILES } from "./statefiles.js";
import { FILES as PICTURES } from "./drawing.js";
import { asPng, standalone } from "./saving.js";
import { FILES as CITATIONS, asBibtex, asCsl, asSentence } from "./citations.js";
import { VIEWS } from "./views.js";
import { h } from "./elements.js";

const host = document.getElementById("explore");
const settings = JSON.parse(document.getElementById("explore-settings").textContent);
const node = (name) => document.getElementById(`explore-${name}`);
const MOST = 6;
const wide = matchMedia("(min-width: 60rem)");
const opened = new Set(["pair", "type", "kind"]);
const embedded = "page" in host.dataset;
const facetsPart = () => document.getElementById("facets");
let corpus;
let state;
let shown;
let problems;

const home = new URL(host.dataset.root + (host.dataset.page ?? "explore/"), document.baseURI);

function read() {
  const words = location.search.slice(1) || (location.pathname === home.pathname ? "" : settings.preset);
  ({ state, problems } = readState(corpus, words));
  const given = new URLSearchParams(words);
  shown = Object.fromEntries(["view", "sort", "columns"].filter((key) => given.has(key)).map((key) => [key, given.get(key)]));
}

/** The address of a state, with how it is shown. */
function linkTo(next, how = shown) {
  const words = [address(next), new URLSearchParams(how).toString()].filter(Boolean).join("&");
  return home.pathname + (words ? `?${words}` : "");
}

function go(next, how = shown, replace = false) {
  const focused = document.activeElement?.dataset?.key;
  history[replace ? "replaceState" : "pushState"](null, "", linkTo(next, how));
  read();
  draw();
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function link(next, how, attributes, ...inside) {
  const click = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(next, how);
  };
  return h("a", { href: linkTo(next, how), onclick: click, ...attributes }, ...inside);
}

function chips() {
  return pairsOf(state).map(([key, value]) => {
    const label = key === "summaries" ? "counted, too" : (corpus.codes[key]?.get(value).label ?? value);
    const left = (state.chosen[key] ?? []).filter((name) => name !== value);
    return link(choose(state, key, left), shown, { class: "chip", "data-key": `chip ${key} ${value}`, "aria-label": `Remove ${LABELS[key]}: ${label}` }, `${LABELS[key]}: ${label} `, h("span", { "aria-hidden": "true" }, "×"));
  });
}

function manyFacet(key) {
  const counts = facet(corpus, state, key);
  const chosen = new Set(state.chosen[key] ?? []);
  const ranked = [...counts].sort((one, other) => other[1] - one[1]);
  for (const name of chosen) if (!counts.some(([other]) => other === name)) ranked.unshift([name, 0]);
  const first = [...ranked.filter(([name]) => chosen.has(name)), ...ranked.filter(([name]) => !chosen.has(name)).slice(0, MOST)];
  const label = (name) => corpus.codes[key].get(name).label;
  const boxes = first.map(([name, count]) => h("label", { class: "value" },
    h("input", { type: "checkbox", checked: chosen.has(name), "data-key": `${key} ${name}`, onchange: (event) => go(choose(state, key, event.target.checked ? [...chosen, name] : [...chosen].filter((one) => one !== name))) }),
    h("span", {}, label(name)), h("span", { class: "number" }, String(count))));
  const rest = counts.filter(([name]) => !first.some(([other]) => other === name));
  const more = rest.length
    ? [h("select", { "aria-label": `Another ${LABELS[key]}`, "data-key": `more ${key}`, onchange: (event) => go(choose(state, key, [...chosen, event.target.value])) },
      h("option", { value: "" }, `${rest.length} more…`), ...rest.map(([name, count]) => h("option", { value: name }, `${label(name)} (${count})`)))]
    : [];
  const part = h("details", { open: opened.has(key) || chosen.size > 0, ontoggle: () => (part.open ? opened.add(key) : opened.delete(key)) }, h("summary", {}, LABELS[key]), ...boxes, ...more);
  return part;
}

const month = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
const named = (months) => month.format(new Date(Date.UTC(Math.floor(months / 12), months % 12, 1)));

function period() {
  const field = (key) => {
    const change = (event) => {
      const value = event.target.value.trim();
      const wrong = value !== "" && !isReal(value);
      event.target.setCustomValidity(wrong ? "a year, a month or a day, such as 2014-11" : "");
      if (wrong) event.target.reportValidity();
      else go(choose(state, key, value ? [value] : []));
    };
    return h("label", { class: "day" }, LABELS[key], h("input", { type: "text", size: "10", inputmode: "numeric", placeholder: "2014-11", value: state.days[key] ?? "", "data-key": key, onchange: change }));
  };
  const first = Number(corpus.entries.find((entry) => entry.begins.length)?.begins[0].slice(0, 4) ?? settings.issued.slice(0, 4)) * 12;
  const last = Number(settings.issued.slice(0, 4)) * 12 + Number(settings.issued.slice(5, 7)) - 1;
  const [year, part = "12"] = (state.days.until ?? "").split("-");
  const now = year ? Math.min(last, Math.max(first, Number(year) * 12 + Number(part) - 1)) : last;
  const out = h("output", {}, named(now));
  const slide = (event) => {
    const at = Number(event.target.value);
    event.target.setAttribute("aria-valuetext", named(at));
    out.textContent = named(at);
    const until = `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
    go(choose(state, "until", at === last ? [] : [until]), shown, true);
  };
  const slider = h("input", { type: "range", min: first, max: last, value: now, "aria-label": "Until the end of", "aria-valuetext": named(now), "data-key": "slider", oninput: slide });
  return h("details", { open: true }, h("summary", {}, "period"), field("from"), field("until"), h("div", { class: "slide" }, slider, out), field("force"));
}

function facets() {
  const hidden = corpus.entries.filter((entry) => entry.summary).length;
  const box = h("label", { class: "value" }, h("input", { type: "checkbox", checked: state.summaries, "data-key": "summaries", onchange: (event) => go(choose(state, "summaries", event.target.checked ? ["with"] : [])) }),
    h("span", {}, "count summaries of other records, too"), h("span", { class: "number" }, String(hidden)));
  const [pair, actor, type, kind, ...rest] = MANY.map(manyFacet);
  return [pair, type, kind, period(), actor, ...rest, ...(hidden ? [box] : [])];
}

function allFacets() {
  const number = pairsOf(state).length;
  const toggle = (event) => (event.target.open ? opened.add("all") : opened.delete("all"));
  return h("details", { class: "all", open: wide.matches || opened.has("all"), ontoggle: toggle }, h("summary", {}, `Facets${number ? ` (${number} set)` : ""}`), ...facets());
}

function views() {
  return Object.entries(VIEWS).filter(([name]) => name !== "map" || settings.map).map(([name, { label }]) => link(state, { ...shown, view: name }, { class: "view", "data-key": `view ${name}`, "aria-current": view() === name ? "true" : null }, label));
}

const view = () => (shown.view in VIEWS && (shown.view !== "map" || settings.map) ? shown.view : "years");

function save(name, type, content) {
  const anchor = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}

function use() {
  const words = address(state);
  const asked = words ? `?${words}` : "";
  const how = new URLSearchParams({ view: view() });
  node("served").textContent = `${corpus.about.iri}explore/select.csv${asked}`;
  node("frame").textContent = `<iframe src="${corpus.about.iri}explore/embed/${asked ? `${asked}&` : "?"}${how}" title="${corpus.about.title}" width="100%" height="480" loading="lazy"></iframe>`;
  document.getElementById("cite-plain").textContent = asSentence(corpus, state);
  document.getElementById("cite-bibtex").textContent = asBibtex(corpus, state);
  document.getElementById("cite-csl").textContent = asCsl(corpus, state);
}

/** Buttons that save the picture which is shown. */
function savers() {
  const shownPicture = () => standalone(node("view").querySelector("svg"), corpus, state);
  const name = `${corpus.about.name}-${view()}`;
  return h("p", { class: "savers" }, "This picture: ",
    h("button", { type: "button", onclick: () => save(`${name}.svg`, "image/svg+xml", shownPicture().text) }, "SVG"), " ",
    h("button", { type: "button", onclick: async () => save(`${name}.png`, "image/png", await asPng(shownPicture())) }, "PNG"));
}

async function draw() {
  const found = select(corpus, state);
  node("count").replaceChildren(h("strong", {}, String(found.length)), ` record${found.length === 1 ? "" : "s"}: ${wordsOf(corpus, state)}`);
  node("problems").replaceChildren(...problems.map((text) => h("p", { class: "problem" }, `This address is not right: ${text}.`)));
  if (embedded) node("open").href = `${host.dataset.root}explore/${location.search}`;
  else {
    node("chips").replaceChildren(...chips());
    facetsPart().replaceChildren(allFacets());
    node("views").replaceChildren(...views());
    use();
  }
  const place = h("div");
  node("view").replaceChildren(place);
  await VIEWS[view()].draw(place, { corpus, state, shown, found, host, settings, go, link, save });
  if (!embedded && place.isConnected && place.querySelector("svg")) place.append(savers());
}

async function start() {
  corpus = readCorpus(await (await fetch(host.dataset.index)).json());
  read();
  if (!embedded) {
    facetsPart().hidden = false;
    node("views").hidden = false;
  }
  node("files")?.addEventListener("click", async (event) => {
    const ending = event.target.dataset?.ending;
    if (!ending) return;
    event.preventDefault();
    const [type, write] = { ...FILES, ...CITATIONS, ...PICTURES }[ending];
    save(`${corpus.about.name}-${select(corpus, state).length}.${ending}`, type, await write(corpus, state));
  });
  await draw();
  addEventListener("popstate", () => { read(); draw(); });
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
  document.documentElement.dataset.ready = "explore";
}

start();
