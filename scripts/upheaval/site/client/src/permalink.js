// A link to a query and to the state of the dataset. Both are in the fragment, which is not sent to the server.

/** Returns the address of this page with a query and the version and hash of the dataset. */
export function write(query, publication) {
  const parts = new URLSearchParams({ query, version: publication.version, data: publication.identity });
  return `${location.href.split("#")[0]}#${parts}`;
}

/** Reads the fragment of an address; null if it has neither a query nor an example. */
export function read(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const found = { query: parts.get("query"), version: parts.get("version"), data: parts.get("data") };
  return found.query || parts.get("example") ? { ...found, example: parts.get("example") } : null;
}

/** Returns a warning if a link was made for another state of the dataset, or an empty string. */
export function difference(link, publication) {
  if (!link.data || link.data === publication.identity) return "";
  const then = `version ${link.version || "unknown"} (${link.data.slice(0, 12)}…)`;
  const now = `version ${publication.version} (${publication.identity.slice(0, 12)}…)`;
  return `This link was made for ${then} of the dataset; these pages show ${now}. The result may differ.`;
}
