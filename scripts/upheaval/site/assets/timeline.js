// The timeline of a selection: a lane for each top-level type, the marks of a lane stacked where they would overlap.
import { s, h } from "./elements.js";
import { rove } from "./roving.js";

const [ROW, HEAD, LEFT] = [10, 24, 8];

function position(day, first, last, width) {
  const at = (text) => Date.parse(`${text}T00:00:00Z`);
  return LEFT + ((at(day) - at(first)) / Math.max(1, at(last) - at(first))) * (width - LEFT - 12);
}

/** Places spans in the first row of their lane where they are free of others. */
function stacked(spans) {
  const ends = [];
  for (const span of spans.sort((one, other) => one.x - other.x)) {
    let row = ends.findIndex((end) => end < span.x);
    if (row < 0) row = ends.length;
    ends[row] = span.x + span.wide + 1;
    span.row = row;
  }
  return ends.length;
}

export function timeline(place, { corpus, found, host, settings }) {
  const width = Math.max(320, Math.min(1100, Math.floor(place.clientWidth)));
  const dated = found.filter((entry) => entry.spans.length);
  if (!dated.length) {
    place.append(h("p", {}, "No record of this selection has a date."));
    return;
  }
  const days = dated.flatMap((entry) => entry.spans.flatMap(([first, last]) => [first, last || settings.issued]));
  const first = `${days.reduce((one, other) => (one < other ? one : other)).slice(0, 4)}-01-01`;
  const last = days.reduce((one, other) => (one > other ? one : other));
  const picture = s("svg", { class: "chart drawn when", role: "group", "aria-label": "Timeline by type" });
  let y = 26;
  corpus.tops.forEach((top, place_) => {
    const spans = dated.filter((entry) => entry.every.type.has(top)).flatMap((entry) => entry.spans.map(([from, until, label]) => {
      const x = position(from, first, last, width);
      return { entry, label, from, until, x, wide: Math.max(4, position(until || settings.issued, first, last, width) - x) };
    }));
    if (!spans.length) return;
    const rows = stacked(spans);
    picture.append(s("text", { class: "lane", x: LEFT, y: y + 14 }, `${corpus.codes.type.get(top).label} (${new Set(spans.map((one) => one.entry)).size})`));
    for (const span of spans) {
      const title = `${span.from}${span.until === span.from ? "" : ` to ${span.until || "no known end"}`}: ${span.entry.title}${span.label ? ` (${span.label})` : ""}`;
      const mark = s("a", { href: `${host.dataset.root}${span.entry.name}/`, class: `mark t${place_ % 8}`, tabindex: "-1", "aria-label": title },
        s("title", {}, title), s("rect", { x: span.x.toFixed(1), y: y + HEAD - 4 + span.row * ROW, width: span.wide.toFixed(1), height: ROW - 2 }));
      picture.append(mark);
    }
    y += HEAD + rows * ROW + 6;
  });
  const [from, to] = [Number(first.slice(0, 4)), Number(last.slice(0, 4))];
  const every = [1, 2, 5, 10, 20, 50].find((step) => ((to - from) / step) * 44 < width) ?? 100;
  for (let year = Math.ceil(from / every) * every; year <= to; year += every) {
    const x = position(`${String(year).padStart(4, "0")}-01-01`, first, last, width).toFixed(1);
    picture.prepend(s("line", { class: "rule", x1: x, x2: x, y1: 16, y2: y }), s("text", { class: "quiet", x, y: 12 }, String(year)));
  }
  picture.setAttribute("viewBox", `0 0 ${width} ${y + 6}`);
  rove(picture, "a.mark");
  const without = found.length - dated.length;
  place.append(h("p", { class: "hint" }, `Steps of agreements, and everything else from start to end, by the days between which they lie. What has no known end goes on to the date of this version.${without ? ` ${without} without a date ${without === 1 ? "is" : "are"} not drawn.` : ""}`), picture);
}
