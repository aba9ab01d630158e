// The example questions: a list of titles, and fields for parameters.
import { bind, term } from "./binding.js";
import { h } from "./dom.js";

function field(parameter, choices, id) {
  const list = choices[parameter.choices];
  if (!list) {
    const type = { date: "date", year: "number", number: "number" }[parameter.type] ?? "text";
    const { value, required } = parameter;
    return h("input", { id, type, value, required, step: parameter.type === "number" && "any" });
  }
  // A required parameter has no default, and that of a question for another dataset may not exist here.
  const known = list.some(([value]) => value === parameter.value);
  const options = (known ? list : [[parameter.value, "choose …"], ...list]).map(([value, label, depth = 0]) =>
    h("option", { value, selected: value === parameter.value }, "\u2003".repeat(depth) + label),
  );
  return h("select", { id, required: parameter.required }, options);
}

/** The query without its header, which the page shows separately. */
const body = (text) => text.replace(/^(# (title|keywords|answers|parameter):.*\n)+/, "");

/**
 * Lists the questions.
 *
 * @param {object} page the page's data: questions and choices
 * @param {object} places elements: `list` for the titles, `fields` for the parameters
 * @param {{get: () => string, set: (text: string) => void}} editor the editor of the query
 * @param {(message: string) => void} say shows a message
 * @param {(question: object) => void} opened is called with the question that somebody chose
 * @returns {{open: (name: string) => boolean, close: () => void, lacking: () => string}} `lacking` returns a message
 *   about parameters that must be set before the query can run, or an empty string
 */
export function questions(page, places, editor, say, opened) {
  const buttons = new Map();

  let required = [];

  const lacking = () => {
    const text = editor.get();
    return required.find(({ name }) => new RegExp(`VALUES\\s+\\?${name}\\s*\\{\\s*UNDEF\\s*\\}`).test(text))?.description ?? "";
  };

  function close() {
    required = [];
    places.fields.replaceChildren();
    for (const button of buttons.values()) button.removeAttribute("aria-current");
  }

  function open(name) {
    const question = page.questions.find((each) => each.name === name);
    if (!question) return false;
    close();
    buttons.get(name).setAttribute("aria-current", "true");
    editor.set(body(question.text));
    required = question.parameters.filter((parameter) => parameter.required);
    const rows = question.parameters.map((parameter) => {
      const id = `parameter-${parameter.name}`;
      const input = field(parameter, page.choices, id);
      input.addEventListener("change", () => {
        try {
          const bound = bind(editor.get(), parameter.name, term(parameter.type, input.value));
          if (bound === null) say(`The query no longer has a VALUES block for ?${parameter.name}; open the question again.`);
          else editor.set(bound);
        } catch (error) {
          say(error.message);
        }
      });
      return h("p", {}, h("label", { for: id }, `${parameter.description[0].toUpperCase()}${parameter.description.slice(1)} `), input);
    });
    places.fields.append(h("p", { class: "answers" }, question.answers), ...rows);
    return true;
  }

  for (const question of page.questions) {
    const button = h("button", { type: "button", "data-question": question.name, onclick: () => open(question.name) && opened(question) }, question.title);
    buttons.set(question.name, button);
  }
  places.list.replaceChildren(...[...buttons.values()].map((button) => h("li", {}, button)));
  return { open, close, lacking };
}
