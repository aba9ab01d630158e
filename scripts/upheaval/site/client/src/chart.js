// Draws rows as a chart: bars, or lines over time. Needs a column of numbers.
import { clip, h, s } from "./dom.js";
import { isNumber } from "./table.js";

const MOST = 60;
const TIME = /^-?\d{4}(-\d\d(-\d\d)?|s)?$/;
/** The approximate width of a letter in labels, in pixels. */
const LETTER = 6.6;

/** Returns the columns with numbers only. */
export function measures(answer) {
  const rows = answer.results.bindings;
  return answer.head.vars.filter((name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || isNumber(row[name])));
}

const position = (text) => {
  const [, sign, year, month = "1", day = "1"] = /^(-?)(\d{4})(?:-(\d\d))?(?:-(\d\d))?s?$/.exec(text);
  return (sign ? -1 : 1) * Number(year) + (Number(month) - 1) / 12 + (Number(day) - 1) / 366;
};

function ticks(low, high) {
  const step = 10 ** Math.floor(Math.log10(Math.max(high - low, 1)));
  const fine = (high - low) / step > 5 ? step : (high - low) / step > 2 ? step / 2 : step / 5;
  const found = [];
  for (let at = Math.ceil(low / fine) * fine; at <= high + fine / 1000; at += fine) found.push(Number(at.toPrecision(12)));
  return found;
}

function bars(points, name, width) {
  const row = 22;
  const left = Math.round(Math.min(0.45 * width, Math.max(...points.map((point) => point.label.length)) * LETTER + 16));
  const right = width - 60;
  const low = Math.min(0, ...points.map((point) => point.value));
  const high = Math.max(0, ...points.map((point) => point.value), low + 1e-9);
  const x = (value) => left + ((value - low) / (high - low || 1)) * (right - left);
  const drawn = points.map((point, place) => {
    const y = place * row;
    return s(
      "g",
      {},
      s("title", {}, `${point.label}: ${point.value}`),
      s("text", { x: left - 8, y: y + 15, "text-anchor": "end" }, clip(point.label, Math.floor((left - 12) / LETTER))),
      s("rect", { class: "bar", x: Math.min(x(0), x(point.value)), y: y + 3, width: Math.abs(x(point.value) - x(0)), height: row - 6 }),
      s("text", { x: Math.max(x(0), x(point.value)) + 5, y: y + 15 }, String(point.value)),
    );
  });
  return picture(width, points.length * row + 4, `Bars of ${name}`, drawn);
}

function lines(series, name, width) {
  const aside = Math.round(Math.min(0.3 * width, Math.max(...series.map((each) => each.label.length)) * LETTER + 16));
  const [top, bottom, left, right] = [12, 300, 48, width - aside];
  const all = series.flatMap((each) => each.points);
  const [from, to] = [Math.min(...all.map((point) => point.at)), Math.max(...all.map((point) => point.at))];
  const low = Math.min(0, ...all.map((point) => point.value));
  const high = Math.max(...all.map((point) => point.value), low + 1e-9);
  const x = (at) => left + ((at - from) / (to - from || 1)) * (right - left);
  const y = (value) => bottom - ((value - low) / (high - low || 1)) * (bottom - top);
  const grid = [
    ...ticks(low, high).map((value) => s("g", {}, s("line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) }), s("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)))),
    ...ticks(from, to).filter(Number.isInteger).map((value) => s("text", { x: x(value), y: bottom + 18, "text-anchor": "middle" }, String(value))),
  ];
  let taken = top - 14;
  const labels = series
    .map((each) => ({ ...each, end: each.points.at(-1) }))
    .sort((one, other) => other.end.value - one.end.value);
  const drawn = labels.map((each) => {
    const place = series.findIndex((one) => one.label === each.label) % 8;
    taken = Math.max(taken + 14, y(each.end.value) + 4);
    return s(
      "g",
      { class: `series series-${place}` },
      s("polyline", { points: each.points.map((point) => `${x(point.at).toFixed(1)},${y(point.value).toFixed(1)}`).join(" ") }),
      each.points.map((point) => s("circle", { cx: x(point.at), cy: y(point.value), r: 3 }, s("title", {}, `${each.label ? `${each.label}, ` : ""}${point.label}: ${point.value}`))),
      s("text", { x: right + 8, y: taken }, clip(each.label, Math.floor((aside - 8) / LETTER))),
    );
  });
  return picture(width, Math.max(bottom + 26, taken + 8), `${name} over time`, [...grid, ...drawn]);
}

const picture = (width, height, label, children) =>
  s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${label}; the table has the same values` }, children);

const text = (row, columns, names) => columns.map((name) => row[name] && (row[name].type === "uri" ? names.short(row[name].value) : row[name].value)).filter(Boolean).join(", ");

/**
 * Draws a chart.
 *
 * @param {object} answer SPARQL 1.1 results JSON with at least one column of numbers
 * @param {import("./names.js").Names} names
 * @param {number} width of the drawing in pixels
 * @returns {HTMLElement} the chart, with a choice of column if there are several
 */
export function chart(answer, names, width) {
  const found = measures(answer);
  const rows = answer.results.bindings;
  const others = answer.head.vars.filter((name) => !found.includes(name));
  const times = others.filter((name) => rows.length > 1 && rows.every((row) => row[name] && TIME.test(row[name].value)));
  const frame = h("div", { class: "drawing" });

  function draw(measure) {
    const [time] = times;
    const rest = others.filter((name) => name !== time);
    if (!time) {
      const labels = others.length ? others : found.filter((name) => name !== measure).slice(0, 1);
      const points = rows.filter((row) => row[measure]).map((row) => ({ label: text(row, labels, names), value: Number(row[measure].value) }));
      frame.replaceChildren(bars(points.slice(0, MOST), measure, width), points.length > MOST ? h("p", {}, `The first ${MOST} of ${points.length} rows are drawn; sort or limit the query to see others.`) : "");
      return;
    }
    const groups = new Map();
    for (const row of rows.filter((each) => each[measure])) {
      const label = text(row, rest, names);
      if (!groups.has(label)) groups.set(label, []);
      groups.get(label).push({ label: row[time].value, at: position(row[time].value), value: Number(row[measure].value) });
    }
    const series = [...groups].map(([label, points]) => ({ label, points: points.sort((one, other) => one.at - other.at) }));
    series.sort((one, other) => Math.max(...other.points.map((point) => point.value)) - Math.max(...one.points.map((point) => point.value)));
    frame.replaceChildren(lines(series.slice(0, 8), measure, width), series.length > 8 ? h("p", {}, `The 8 largest of ${series.length} series are drawn; narrow the query to see others.`) : "");
  }

  draw(found[0]);
  if (found.length < 2) return frame;
  const choice = h("select", { id: "measure", onchange: (event) => draw(event.target.value) }, found.map((name) => h("option", {}, name)));
  return h("div", {}, h("p", {}, h("label", { for: "measure" }, "Column "), choice), frame);
}
