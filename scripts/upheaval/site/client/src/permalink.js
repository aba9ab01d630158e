// A link to a query: what is asked, and of which state of the dataset. It stands after the # and reaches no server.

/** Returns the address of this page with a query and the version and hash of the dataset. */
export function write(query, publication) {
  const parts = new URLSearchParams({ query, version: publication.version, data: publication.identity });
  return `${location.href.split("#")[0]}#${parts}`;
}

/** Reads the part of an address after the #; null where it carries no query and names no example. */
export function read(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const found = { query: parts.get("query"), version: parts.get("version"), data: parts.get("data") };
  return found.query || parts.get("example") ? { ...found, example: parts.get("example") } : null;
}

/** Says in words what is different where a link was made for another state of the dataset; else an empty text. */
export function difference(link, publication) {
  if (!link.data || link.data === publication.identity) return "";
  const then = `version ${link.version || "unknown"} (${link.data.slice(0, 12)}…)`;
  const now = `version ${publication.version} (${publication.identity.slice(0, 12)}…)`;
  return `This link was made for ${then} of the dataset; these pages hold ${now}. The result can differ.`;
}
