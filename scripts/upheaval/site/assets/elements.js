// Makes elements; what is a function becomes a property, what is true an empty attribute, what is false or null none.
function made(element, attributes, inside) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element[name] = value;
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...inside);
  return element;
}

export const h = (name, attributes = {}, ...inside) => made(document.createElement(name), attributes, inside);
export const s = (name, attributes = {}, ...inside) => made(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, inside);
