// Replaces a question's default values, as `upheaval query NAME --PARAMETER VALUE` does.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const TYPES = { date: "date", year: "gYear", number: "decimal" };
const PATTERNS = {
  date: /^-?\d{4,}-\d\d-\d\d$/,
  year: /^-?\d{4,}$/,
  number: /^[+-]?(\d+(\.\d*)?|\.\d+)$/,
};

const escaped = (text) =>
  text.replace(/[\\"\n\r\t]/g, (letter) => ({ "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" })[letter]);

/** Returns a value as an RDF term in SPARQL; throws if it is not valid for its type. */
export function term(type, value) {
  if (!value && type !== "text") return "UNDEF";
  if (type === "record" || type === "code") {
    if (/[\x00-\x20<>"{}|^`\\]/.test(value)) throw new Error(`“${value}” is not an IRI`);
    return `<${value}>`;
  }
  if (PATTERNS[type] && !PATTERNS[type].test(value)) throw new Error(`“${value}” is not a ${type}`);
  return TYPES[type] ? `"${value}"^^<${XSD}${TYPES[type]}>` : `"${escaped(value)}"`;
}

/**
 * Puts a value into the VALUES block of a variable.
 *
 * @param {string} text SPARQL
 * @param {string} name the variable
 * @param {string} value a term from `term`
 * @returns {string | null} the query, or null if it does not have exactly one such block
 */
export function bind(text, name, value) {
  const block = new RegExp(`(VALUES\\s+\\?${name}\\s*\\{)[^}]*\\}`, "g");
  if ((text.match(block) ?? []).length !== 1) return null;
  return text.replace(block, (_, begin) => `${begin} ${value} }`);
}
