// The map of a selection: states by the number of records that involve them, and whatever places have a geometry.
// The projection is Equal Earth; borders are those of Natural Earth (public domain), which draws what is in fact
// controlled. A border next to a territory whose status is disputed is dashed.
import { geoArea, geoEqualEarth, geoGraticule10, geoPath } from "d3-geo";
import { feature, mesh } from "topojson-client";
import { geometry } from "./wkt.js";

const SVG = "http://www.w3.org/2000/svg";
/** Territories in the file whose status is disputed, by Natural Earth's name for them. */
const DISPUTED = new Set(["Kosovo", "N. Cyprus", "Palestine", "Somaliland", "Taiwan", "W. Sahara", "Falkland Is."]);

function s(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: text }));
  return made;
}

/** An area whose rings run the way that the projection expects; the other way round it would be the rest of the earth. */
function wound(shape) {
  if (!shape?.type.endsWith("Polygon") || geoArea(shape) <= 2 * Math.PI) return shape;
  const turn = (rings) => rings.map((ring) => [...ring].reverse());
  return { ...shape, coordinates: shape.type === "Polygon" ? turn(shape.coordinates) : shape.coordinates.map(turn) };
}

let world;

export async function draw(place, page, { h, facet, choose, rove }) {
  const { corpus, state, shown, host, go, link } = page;
  world ??= await (await fetch(new URL(host.dataset.world, document.baseURI))).json();
  const width = Math.max(320, Math.min(1100, Math.floor(place.clientWidth)));
  const height = Math.round(width * 0.49);
  const path = geoPath(geoEqualEarth().fitExtent([[2, 2], [width - 2, height - 2]], { type: "Sphere" })).digits(1);
  const picture = s("svg", { class: "chart drawn world", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Map: states by records that involve them, and places" });
  picture.append(s("path", { class: "sea", d: path({ type: "Sphere" }) }), s("path", { class: "graticule", d: path(geoGraticule10()) }));
  const counts = new Map(facet(corpus, state, "actor"));
  const states = new Map([...corpus.codes.actor.values()].filter(({ name, more }) => more && counts.has(name)).map((code) => [String(code.more).padStart(3, "0"), code]));
  const most = Math.max(1, ...[...states.values()].map(({ name }) => counts.get(name)));
  const drawn = new Set();
  for (const country of feature(world, world.objects.countries).features) {
    const code = states.get(country.id);
    const shade = code ? Math.max(1, Math.round(5 * Math.sqrt(counts.get(code.name) / most))) : 0;
    const mark = s("path", { class: `land l${shade}`, d: path(country) ?? "" }, code ? `${code.label}: ${counts.get(code.name)}` : country.properties.name);
    if (code) {
      drawn.add(code.name);
      mark.dataset.actor = code.name;
    }
    picture.append(mark);
  }
  const contested = (one, other) => DISPUTED.has(one.properties.name) || DISPUTED.has(other.properties.name);
  picture.append(
    s("path", { class: "border", d: path(mesh(world, world.objects.countries, (one, other) => one !== other && !contested(one, other))) ?? "" }),
    s("path", { class: "border disputed", d: path(mesh(world, world.objects.countries, (one, other) => one !== other && contested(one, other))) ?? "" }),
  );
  const places = facet(corpus, state, "place");
  const placed = new Set();
  for (const [name, count] of places) {
    const { label, more } = corpus.codes.place.get(name);
    for (const shape of (more ?? []).map(geometry).filter(Boolean).map(wound)) {
      placed.add(name);
      const mark = s("path", { class: `place ${shape.type.toLowerCase()}`, d: path.pointRadius(4 + 6 * Math.sqrt(count / Math.max(...places.map(([, other]) => other))))(shape) ?? "" }, `${label}: ${count}`);
      mark.dataset.place = name;
      picture.append(mark);
    }
  }
  rove(picture, "[data-actor], [data-place]", ({ dataset }) => go(choose(state, dataset.actor ? "actor" : "place", [dataset.actor ?? dataset.place]), { ...shown, view: "table" }));
  const beside = places.filter(([name]) => !placed.has(name));
  const nowhere = page.found.filter((entry) => !entry.values.place.some((name) => placed.has(name))).length;
  const apart = [...counts].filter(([name]) => corpus.codes.actor.get(name).more && !drawn.has(name));
  const list = (key, rows) => h("ul", { class: "columns" }, ...rows.map(([name, count]) => h("li", {}, link(choose(state, key, [name]), { ...shown, view: "table" }, {}, corpus.codes[key].get(name).label), ` ${count}`)));
  place.append(
    h("p", { class: "hint" }, "The darker a state, the more records involve it. Equal Earth projection; coasts and borders of Natural Earth, which draws what is in fact controlled and takes no side; dashed where the status of a territory is disputed."),
    picture,
    h("p", {}, `${page.found.length - nowhere} of ${page.found.length} records are at a place on the map.`),
    ...(beside.length ? [h("h2", {}, "Places without coordinates"), list("place", beside)] : []),
    ...(apart.length ? [h("h2", {}, "States too small for this map, or no longer on it"), list("actor", apart)] : []),
  );
}
