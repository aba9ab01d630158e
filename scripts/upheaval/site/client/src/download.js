// Downloads: two kinds of CSV, SPARQL results JSON, and Turtle.

const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function csv(answer, cell) {
  const names = answer.head.vars;
  const rows = answer.results.bindings.map((row) => names.map((name) => cell(row[name]?.value ?? "")));
  // A row with a single empty value would be an empty line, which readers skip.
  const line = (values) => (values.length === 1 && values[0] === "" ? '""' : values.map(quoted).join(","));
  return [names, ...rows].map((values) => `${line(values)}\r\n`).join("");
}

/** SPARQL 1.1 results as CSV. */
export const faithful = (answer) => csv(answer, (value) => value);

/** The same for spreadsheets: an apostrophe precedes what they would run as a formula (OWASP ASVS 1.2.10). */
export const safe = (answer) => csv(answer, (value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value));

/** Offers a text to the browser as a download. */
export function save(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
