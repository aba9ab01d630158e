// Draws triples as nodes and links, laid out by d3-force; the same triples always give the same drawing.
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { clip, h, s } from "./dom.js";

const MOST = 300;
const [WIDTH, HEIGHT] = [900, 640];
const LABEL = "http://www.w3.org/2000/01/rdf-schema#label";

/**
 * Draws triples.
 *
 * @param {Array<[object, object, object]>} triples
 * @param {import("./names.js").Names} names
 * @returns {Promise<HTMLElement>}
 */
export function network(triples, names) {
  const labels = new Map(triples.filter(([, predicate]) => predicate.value === LABEL).map(([subject, , object]) => [subject.value, object.value]));
  const drawn = triples.filter(([, predicate]) => predicate.value !== LABEL);
  const nodes = new Map();
  const node = (term) => {
    const id = `${term.type} ${term.value}`;
    if (!nodes.has(id)) {
      const text = term.type === "uri" ? (labels.get(term.value) ?? names.short(term.value)) : term.value;
      nodes.set(id, { id, text, type: term.type, href: term.type === "uri" ? names.target(term.value) : null });
    }
    return id;
  };
  const links = drawn.map(([subject, predicate, object]) => ({ source: node(subject), target: node(object), text: names.short(predicate.value) }));
  if (nodes.size > MOST) {
    return h("p", {}, `${nodes.size} nodes are too many to draw (at most ${MOST}); limit the query, or download the Turtle.`);
  }
  const list = [...nodes.values()];
  const spread = forceSimulation(list)
    .force("link", forceLink(links).id((each) => each.id).distance(80))
    .force("charge", forceManyBody().strength(-260))
    .force("collide", forceCollide(24))
    .force("x", forceX(WIDTH / 2).strength(0.04))
    .force("y", forceY(HEIGHT / 2).strength(0.06))
    .force("center", forceCenter(WIDTH / 2, HEIGHT / 2))
    .stop();
  spread.tick(300);
  const [left, right] = [Math.min(...list.map((each) => each.x)) - 70, Math.max(...list.map((each) => each.x)) + 130];
  const [top, bottom] = [Math.min(...list.map((each) => each.y)) - 30, Math.max(...list.map((each) => each.y)) + 30];
  const arrow = s("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 16, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, s("path", { d: "M0 0L8 4L0 8z" }));
  const edges = links.map((link) =>
    s("line", { x1: link.source.x, y1: link.source.y, x2: link.target.x, y2: link.target.y, "marker-end": "url(#arrow)" }, s("title", {}, `${link.source.text} ${link.text} ${link.target.text}`)),
  );
  const dots = list.map((each) => {
    const mark = [s("title", {}, each.text), s("circle", { cx: each.x, cy: each.y, r: 6 }), s("text", { x: each.x + 9, y: each.y + 4 }, clip(each.text, 26))];
    return each.href ? s("a", { href: each.href, class: each.type }, mark) : s("g", { class: each.type }, mark);
  });
  const drawing = s(
    "svg",
    { class: "triples", viewBox: [left, top, right - left, bottom - top].map(Math.round).join(" "), role: "group", "aria-label": `Graph of ${list.length} nodes and ${links.length} links; the table lists the triples` },
    s("defs", {}, arrow),
    edges,
    dots,
  );
  return h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Drawing of the graph" }, drawing);
}
