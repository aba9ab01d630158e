// Completion: keywords, the query's own variables, and the dataset's terms and records by CURIE or by name.

const KEYWORDS =
  "SELECT DISTINCT WHERE CONSTRUCT ASK DESCRIBE PREFIX OPTIONAL FILTER VALUES BIND UNION MINUS GRAPH EXISTS NOT GROUP BY ORDER HAVING LIMIT OFFSET COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG CONTAINS REPLACE REGEX COALESCE BOUND".split(" ");
const MOST = 80;

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Inserts a term, and declares its prefix if the query does not. */
function apply(curie, prefixes) {
  return (view, _, from, to) => {
    const prefix = curie.split(":", 1)[0];
    const text = view.state.doc.toString();
    const changes = [{ from, to, insert: curie }];
    let anchor = from + curie.length;
    if (prefixes[prefix] && !new RegExp(`prefix\\s+${prefix}:`, "i").test(text)) {
      const line = `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
      changes.unshift({ from: 0, insert: line });
      anchor += line.length;
    }
    view.dispatch({ changes, selection: { anchor }, userEvent: "input.complete" });
  };
}

/** Ranks how a term matches the typed text: lower is better, null is no match. */
function rank([curie, name], typed) {
  const at = curie.indexOf(typed);
  if (curie === typed || name === typed) return 0;
  if (at === 0 || curie.endsWith(`:${typed}`)) return 1;
  if (curie.includes(`:${typed}`)) return 2;
  if (name.startsWith(typed)) return 3;
  if (name.includes(` ${typed}`)) return 4;
  return at > 0 || name.includes(typed) ? 5 : null;
}

/**
 * Creates the completion source.
 *
 * @param {Promise<Array<[string, string, string, string]>>} terms CURIE, label, kind and page of each
 * @param {Record<string, string>} prefixes namespaces by prefix
 * @returns {(context: import("@codemirror/autocomplete").CompletionContext) => Promise<object | null>}
 */
export function completions(terms, prefixes) {
  const known = terms.then((list) => list.map(([curie, label, kind]) => ({ keys: [folded(curie), folded(label)], curie, label, kind })));
  return async (context) => {
    const word = context.matchBefore(/[?$]?[\p{L}\p{N}_-]*(:[\p{L}\p{N}_.-]*)?/u);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const text = word.text;
    if (/^[?$]/.test(text)) {
      const variables = new Set(context.state.doc.toString().match(/[?$]\w+/g));
      variables.delete(text);
      return { from: word.from, options: [...variables].sort().map((label) => ({ label, type: "variable" })) };
    }
    if (text.length < 2 && !context.explicit) return null;
    const typed = folded(text);
    const fitting = (await known)
      .map((term) => ({ ...term, rank: rank(term.keys, typed) }))
      .filter((term) => term.rank !== null)
      .sort((one, other) => one.rank - other.rank || one.curie.length - other.curie.length || (one.curie < other.curie ? -1 : 1));
    const keywords = KEYWORDS.filter((keyword) => keyword.startsWith(text.toUpperCase()));
    return {
      from: word.from,
      filter: false,
      options: [
        ...keywords.map((label) => ({ label, type: "keyword" })),
        ...fitting.slice(0, MOST).map((term) => ({ label: term.curie, detail: `${term.label} – ${term.kind}`, apply: apply(term.curie, prefixes) })),
      ],
    };
  };
}
