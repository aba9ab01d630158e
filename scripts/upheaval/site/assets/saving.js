// Saves the picture that is shown, as SVG or PNG, with its title, its source and the address of the selection.
import { s } from "./elements.js";
import { address, wordsOf } from "./selection.js";

const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "text-anchor"];
const [HEAD, FOOT] = [30, 26];

/** A copy of a picture that needs no style sheet. */
export function standalone(shown, corpus, state) {
  const copy = shown.cloneNode(true);
  const [originals, copies] = [shown, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  originals.forEach((element, at) => {
    const style = getComputedStyle(element);
    for (const name of STYLES) copies[at].setAttribute(name, style.getPropertyValue(name));
    for (const name of ["tabindex", "role", "class", "href"]) copies[at].removeAttribute(name);
  });
  const [, , width, height] = shown.getAttribute("viewBox").split(" ").map(Number);
  const { about } = corpus;
  const style = getComputedStyle(shown);
  const text = (attributes, words) => s("text", { fill: style.color, "font-family": style.fontFamily, ...attributes }, words);
  const words = address(state);
  const whole = s("svg", { xmlns: "http://www.w3.org/2000/svg", width, height: height + HEAD + FOOT, viewBox: `0 0 ${width} ${height + HEAD + FOOT}` },
    s("rect", { width: "100%", height: "100%", fill: getComputedStyle(document.body).backgroundColor }),
    text({ x: 8, y: 19, "font-size": 14, "font-weight": 600 }, wordsOf(corpus, state)));
  copy.setAttribute("y", HEAD);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  whole.append(copy, text({ x: 8, y: height + HEAD + 17, "font-size": 10 }, `${about.title} ${about.version}, ${about.issued}; RDFC-1.0 ${about.identity.slice(0, 12)}; ${about.iri}explore/${words ? "?" : ""}${words}`));
  return { width, height: height + HEAD + FOOT, text: new XMLSerializer().serializeToString(whole) };
}

/** A picture as PNG, twice as large for print. */
export async function asPng({ width, height, text }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
