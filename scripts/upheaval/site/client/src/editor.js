// The editor: CodeMirror 6 with SPARQL, completion of the dataset's terms, and error marks.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { lintGutter, lintKeymap, linter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { completions } from "./completion.js";

// The colours are those of the page, in light and dark mode.
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.variableName], color: "var(--code-variable)" },
  { tag: [tags.string, tags.integer, tags.float, tags.bool], color: "var(--code-value)" },
  { tag: [tags.url, tags.namespace, tags.typeName], color: "var(--code-name)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": { color: "var(--code-text)", backgroundColor: "var(--code-ground)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "2px solid var(--code-keyword)" },
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", minHeight: "12rem" },
  ".cm-content": { caretColor: "var(--code-text)" },
  ".cm-cursor": { borderLeftColor: "var(--code-text)" },
  ".cm-gutters": { backgroundColor: "var(--code-ground)", color: "var(--code-comment)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--code-line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--code-selection)" },
  ".cm-tooltip": { color: "var(--code-text)", backgroundColor: "var(--code-ground)", border: "1px solid var(--code-comment)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { maxHeight: "none", maxWidth: "min(40rem, calc(100vw - 3rem))" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 6px", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--code-text)", backgroundColor: "var(--code-selection)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "var(--code-text)" },
  ".cm-completionDetail": { color: "var(--code-comment)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", maxWidth: "40rem" },
});

/**
 * Replaces a selection by the typed text before the browser does, because the browser joins lines with spans that have
 * inline styles, which the Content-Security-Policy forbids.
 */
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || view.composing || empty) return false;
    event.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handled = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, event.data, insert));
    if (!handled) view.dispatch(insert());
    return true;
  },
});

/** Marks what the grammar cannot parse while the user types; the engine has the last word. */
function unread(view) {
  const found = [];
  syntaxTree(view.state).iterate({
    enter: (node) => {
      if (!node.type.isError || found.length) return;
      const to = Math.min(Math.max(node.to, node.from + 1), view.state.doc.length);
      found.push({ from: Math.min(node.from, to), to, severity: "warning", message: "This is not valid SPARQL from here on." });
    },
  });
  return found;
}

/**
 * Puts an editor into an element.
 *
 * @param {HTMLElement} host becomes the host of a shadow root, which adopts the style sheets: a Content-Security-Policy
 *   without 'unsafe-inline' allows that, but not a style element in the document
 * @param {object} options `text`, `label`, `run` for Ctrl+Enter, `prefixes` and `terms`, a promise of
 *   [CURIE, label, kind, page]
 * @returns {{get: () => string, set: (text: string) => void, mark: (place: object | null) => void}}
 */
export function editor(host, { text, label, run, prefixes, terms }) {
  const root = host.attachShadow({ mode: "open" });
  let mistake = null;
  // The engine reports the farthest position that it reached, which can be after the mistake; keep the grammar's mark.
  const marks = (view) => [...unread(view), ...(mistake ? [diagnostic(view.state.doc, mistake)] : [])];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        replacing,
        sparql(),
        syntaxHighlighting(colours),
        look,
        lintGutter(),
        linter(marks, { delay: 700 }),
        autocompletion({ override: [completions(terms, prefixes)], icons: false, maxRenderedOptions: 9 }),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) mistake = null;
        }),
        keymap.of([
          { key: "Mod-Enter", run: () => (run(), true) },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
        ]),
      ],
    }),
  });

  return {
    get: () => view.state.doc.toString(),
    set: (other) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: other } }),
    mark(place) {
      mistake = place;
      view.dispatch(setDiagnostics(view.state, place ? marks(view) : []));
      if (place) view.dispatch({ selection: { anchor: diagnostic(view.state.doc, place).from }, scrollIntoView: true });
    },
  };
}

/** Turns a line and a column, both from 1 and in characters, into a mark. */
function diagnostic(doc, { line, column, message }) {
  const row = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const offset = [...row.text].slice(0, column - 1).join("").length;
  const at = Math.min(row.from + offset, row.to);
  const after = /^[\w:?$-]+|^\S/u.exec(doc.sliceString(at, row.to));
  // If there is nothing at that position, mark the word before it.
  const before = after ? null : /[\w:?$-]+\s*$|\S\s*$/u.exec(doc.sliceString(row.from, at));
  const from = before ? row.from + before.index : at;
  const to = from + (after ?? before ?? [""])[0].trimEnd().length;
  return { from, to, severity: "error", message };
}
