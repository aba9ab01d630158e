// The network of a selection: actors that form its pairs on a circle, the width of a line by its records.
import { s, h } from "./elements.js";
import { choose, facet, select } from "./selection.js";
import { rove } from "./roving.js";

const MOST = 14;
const PACE = 350;

/** The states of the pairs with the most records, in the order of their names. */
function nodesOf(corpus, counts) {
  const found = new Set();
  for (const [pair] of [...counts].sort((one, other) => other[1] - one[1])) {
    const both = pair.split("--");
    if (found.size + both.filter((one) => !found.has(one)).length <= MOST) both.forEach((one) => found.add(one));
  }
  return [...found].sort();
}

function drawn(corpus, nodes, counts, size) {
  const radius = size / 2 - 62;
  const at = new Map(nodes.map((name, place) => {
    const angle = (2 * Math.PI * place) / nodes.length - Math.PI / 2;
    return [name, [size / 2 + radius * Math.cos(angle), size / 2 + radius * Math.sin(angle)]];
  }));
  const most = Math.max(1, ...counts.map(([, count]) => count));
  const picture = s("svg", { class: "chart drawn net", viewBox: `0 0 ${size} ${size}`, role: "group", "aria-label": "Network of pairs of states by records" });
  for (const [pair, count] of counts) {
    const [one, other] = pair.split("--").map((name) => at.get(name));
    if (!one || !other) continue;
    const label = `${corpus.codes.pair.get(pair).label}: ${count}`;
    picture.append(s("line", { x1: one[0].toFixed(1), y1: one[1].toFixed(1), x2: other[0].toFixed(1), y2: other[1].toFixed(1), "stroke-width": (1 + (15 * count) / most).toFixed(1), "data-pair": pair }, s("title", {}, label)));
  }
  for (const [name, [x, y]] of at) {
    picture.append(s("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 5 }), s("text", { x: x.toFixed(1), y: (y + (y < size / 2 ? -10 : 20)).toFixed(1), "text-anchor": "middle" }, corpus.codes.actor.get(name)?.label ?? name));
  }
  return picture;
}

export function network(place, { corpus, state, shown, found, go, link }) {
  const counts = facet(corpus, choose(state, "pair", []), "pair").filter(([pair]) => !state.chosen.pair || state.chosen.pair.includes(pair));
  if (!counts.length) {
    place.append(h("p", {}, "No record of this selection concerns a pair of states."));
    return;
  }
  const nodes = nodesOf(corpus, counts);
  const size = Math.max(320, Math.min(640, Math.floor(place.clientWidth)));
  const open = ({ dataset }) => go(choose(state, "pair", [dataset.pair]), { ...shown, view: "table" });
  const frame = h("div", { class: "figure" });
  const show = (rows) => {
    const picture = drawn(corpus, nodes, rows, size);
    rove(picture, "[data-pair]", open);
    frame.replaceChildren(picture);
  };
  show(counts);
  const begun = found.flatMap((entry) => entry.begins.map((day) => Number(day.slice(0, 4))));
  const said = h("output", {});
  const play = h("button", { type: "button" }, "Play the years");
  let timer = 0;
  play.onclick = () => {
    clearInterval(timer);
    if (play.textContent === "Stop") {
      play.textContent = "Play the years";
      show(counts);
      said.textContent = "";
      return;
    }
    let year = Math.min(...begun);
    const last = Math.max(...begun);
    play.textContent = "Stop";
    timer = setInterval(() => {
      if (!place.isConnected || year > last) {
        clearInterval(timer);
        play.textContent = "Play the years";
        return;
      }
      const until = choose(state, "until", [String(year)]);
      const entries = select(corpus, until);
      show(counts.map(([pair]) => [pair, entries.filter(({ every }) => every.pair.has(pair)).length]).filter(([, count]) => count));
      said.textContent = ` up to ${year}: ${entries.length} records`;
      year += 1;
    }, PACE);
  };
  const rows = [...counts].sort((one, other) => other[1] - one[1]).map(([pair, count]) => h("tr", {}, h("th", { scope: "row" }, corpus.codes.pair.get(pair).label),
    h("td", {}, link(choose(state, "pair", [pair]), { ...shown, view: "table" }, {}, String(count)))));
  const left = counts.length - frame.querySelectorAll("[data-pair]").length;
  place.append(
    h("p", { class: "hint" }, `The width of a line is the number of records of a pair.${left ? ` The table has ${left} more pairs than the picture.` : ""}`),
    ...(begun.length ? [h("p", {}, play, said)] : []), frame,
    h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Pairs" }, h("table", { class: "rows" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "pair"), h("th", { scope: "col" }, "records"))), h("tbody", {}, ...rows))));
}
