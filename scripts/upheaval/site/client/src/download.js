// What can be taken away: CSV in two kinds, SPARQL results JSON, Turtle.

const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function csv(answer, cell) {
  const names = answer.head.vars;
  const rows = answer.results.bindings.map((row) => names.map((name) => cell(row[name]?.value ?? "")));
  // A row of one empty value would be an empty line, which readers skip.
  const line = (values) => (values.length === 1 && values[0] === "" ? '""' : values.map(quoted).join(","));
  return [names, ...rows].map((values) => `${line(values)}\r\n`).join("");
}

/** SPARQL 1.1 results as CSV, value for value. */
export const faithful = (answer) => csv(answer, (value) => value);

/** The same for spreadsheets: an apostrophe before what they would take for a formula (OWASP ASVS 1.2.10). */
export const safe = (answer) => csv(answer, (value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value));

/** Hands a text to the browser as a file. */
export function save(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
