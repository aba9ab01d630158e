const SHAPES = { POINT: "Point", LINESTRING: "LineString", POLYGON: "Polygon" };

/** Reads well-known text (points, lines and areas, one or several) as a GeoJSON geometry; null if it is none. */
export function geometry(text) {
  const found = /^\s*(?:<[^>]*>\s*)?(MULTI)?(POINT|LINESTRING|POLYGON)\s*(?:Z\s*)?(\(.*\))\s*$/is.exec(text);
  if (!found) return null;
  const [, several, name, body] = found;
  const number = "(-?[\\d.]+(?:e-?\\d+)?)";
  const pairs = body.replace(new RegExp(`${number}\\s+${number}(?:\\s+${number})?`, "gi"), "[$1,$2]");
  let coordinates;
  try {
    coordinates = JSON.parse(pairs.replaceAll("(", "[").replaceAll(")", "]"));
  } catch {
    return null;
  }
  const type = SHAPES[name.toUpperCase()];
  if (type === "Point") coordinates = several ? coordinates.map((one) => (Array.isArray(one[0]) ? one[0] : one)) : coordinates[0];
  return { type: several ? `Multi${type}` : type, coordinates };
}
