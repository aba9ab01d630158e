// Pictures of a state as SVG, the same as upheaval/explore/pictures.py draws: counts per year, and pairs by types.
import { address, matrix, select, wordsOf, years } from "./selection.js";

export const WIDE = 960;
export const STYLE = "svg{background:#fff;color:#1b2129;font:12px system-ui,sans-serif}text{fill:currentColor}.bar,.square{fill:#1d4e89}"
  + ".square{fill-opacity:.45}.rule{stroke:#d3d8df}.quiet{fill:#525c69}.title{font-weight:600;font-size:14px}"
  + ".unknown{fill:none;stroke:#1d4e89;stroke-dasharray:3 2}"
  + "@media(prefers-color-scheme:dark){svg{background:#12161c;color:#e6eaf0}.bar,.square{fill:#8cbcff}"
  + ".rule{stroke:#3a4452}.quiet{fill:#a9b3c1}.unknown{stroke:#8cbcff}}";

const near = (value) => Math.floor(value + 0.5);
export const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#x27;");

/** The distance of the marks on a scale from 0: 1, 2 or 5 times a power of ten. */
export function stepOf(most, ticks) {
  let step = 1;
  while (most / step > ticks) step = String(step)[0] === "2" ? Math.floor((step * 5) / 2) : step * 2;
  return step;
}

export function opening(corpus, state, [width, height], name, alone) {
  const { about } = corpus;
  const count = select(corpus, state).length;
  const title = `${name}: ${wordsOf(corpus, state)} (${count} record${count === 1 ? "" : "s"})`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" `;
  const named = `class="chart drawn" role="group" aria-label="${escape(title)}">`;
  if (!alone) return [head + named];
  const words = address(state);
  const source = `${about.title} ${about.version}, ${about.issued}; RDFC-1.0 ${about.identity.slice(0, 12)}`;
  return [
    `${head}width="${width}" height="${height}" ${named}`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="8" y="18">${escape(title)}</text>`,
    `<text class="quiet" x="8" y="${height - 8}">${escape(source)}; ${escape(about.iri)}explore/${words ? "?" : ""}${escape(words)}</text>`,
  ];
}

/** Counts per year as bars: every year has its place, and an unknown year has one of its own. */
export function yearsPicture(corpus, state, width = WIDE, alone = true) {
  const { counts, unknown } = years(corpus, state);
  const [top, height, left] = [alone ? 34 : 18, 300, 40];
  const floorAt = height - (alone ? 48 : 30);
  const right = width - (unknown ? 70 : 10);
  const most = Math.max(...counts.map(([, count]) => count), unknown, 1);
  const scale = (floorAt - top) / most;
  const parts = opening(corpus, state, [width, height], "Records per year", alone);
  const step = stepOf(most, 5);
  for (let mark = 0; mark <= most; mark += step) {
    const y = near(floorAt - mark * scale);
    parts.push(`<line class="rule" x1="${left}" x2="${width - 8}" y1="${y}" y2="${y}"/>`);
    parts.push(`<text class="quiet" x="${left - 6}" y="${y + 4}" text-anchor="end">${mark}</text>`);
  }
  parts.push(`<text class="quiet" x="8" y="${top - 6}">records</text>`);
  const slot = (right - left) / Math.max(counts.length, 1);
  const every = stepOf(counts.length, Math.max(1, Math.floor((right - left) / 46)));
  counts.forEach(([year, count], place) => {
    const x = near(left + place * slot);
    const after = near(left + (place + 1) * slot);
    const y = near(floorAt - count * scale);
    const wide = Math.max(1, after - x - (after - x > 2 ? 1 : 0));
    parts.push(`<rect class="bar" data-year="${year}" x="${x}" y="${y}" width="${wide}" height="${floorAt - y}"><title>${year}: ${count}</title></rect>`);
    if (year % every === 0 && x + 40 < width) parts.push(`<text class="quiet" x="${x}" y="${floorAt + 16}">${year}</text>`);
  });
  if (unknown) {
    const y = near(floorAt - unknown * scale);
    parts.push(`<rect class="unknown" x="${width - 44}" y="${y}" width="24" height="${floorAt - y}"><title>year unknown: ${unknown}</title></rect>`
      + `<text class="quiet" x="${width - 8}" y="${floorAt + 16}" text-anchor="end">unknown</text>`);
  }
  return [...parts, "</svg>", ""].join("\n");
}

/** Pairs by types: the area of a square is proportional to the number in it. */
export function matrixPicture(corpus, state, width = WIDE, alone = true) {
  const { pairs, types, cells } = matrix(corpus, state);
  const [left, top, tall] = [260, alone ? 72 : 44, 46];
  const side = (width - left - 8) / Math.max(pairs.length, 1);
  const most = Math.max(1, ...cells.flat());
  const height = top + tall * types.length + (alone ? 30 : 6);
  const parts = opening(corpus, state, [width, height], "Records by pair and type", alone);
  pairs.forEach((pair, column) => {
    const x = near(left + (column + 0.5) * side);
    corpus.codes.pair.get(pair).label.split(" – ").forEach((text, line) => {
      parts.push(`<text x="${x}" y="${top - 22 + 14 * line}" text-anchor="middle">${escape(text)}</text>`);
    });
  });
  types.forEach((name, line) => {
    const y = top + tall * line + Math.floor(tall / 2);
    parts.push(`<text x="${left - 10}" y="${y + 4}" text-anchor="end">${escape(corpus.codes.type.get(name).label)}</text>`);
    cells.forEach((row, column) => {
      const x = near(left + (column + 0.5) * side);
      const count = row[line];
      const size = near(40 * (count / most) ** 0.5);
      const half = Math.floor(size / 2);
      if (count) parts.push(`<rect class="square" x="${x - half}" y="${y - half}" width="${size}" height="${size}"/>`);
      parts.push(`<text x="${size > 26 || !count ? x : x + half + 12}" y="${y + 4}" text-anchor="middle">${count}</text>`);
    });
  });
  return [...parts, "</svg>", ""].join("\n");
}

export const FILES = { "years.svg": ["image/svg+xml", yearsPicture], "matrix.svg": ["image/svg+xml", matrixPicture] };
