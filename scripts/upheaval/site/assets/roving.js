/** One stop of the Tab key for all marks of a picture: arrow keys move between them. */
export function rove(picture, selector, act = null) {
  const marks = [...picture.querySelectorAll(selector)];
  marks.forEach((mark, at) => {
    mark.setAttribute("tabindex", at ? "-1" : "0");
    if (!act) return; // links, which are named and followed as such
    mark.setAttribute("role", "button");
    mark.setAttribute("aria-label", mark.querySelector("title").textContent);
    mark.addEventListener("click", () => act(mark));
  });
  picture.addEventListener("keydown", (event) => {
    const at = marks.indexOf(document.activeElement);
    if (at < 0) return;
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
    if (act && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      act(marks[at]);
    } else if (marks[to]) {
      event.preventDefault();
      marks[at].setAttribute("tabindex", "-1");
      marks[to].setAttribute("tabindex", "0");
      marks[to].focus();
    }
  });
}
