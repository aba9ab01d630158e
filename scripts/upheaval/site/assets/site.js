// On every page: opens the collapsed element that the address's fragment refers to.
function reveal() {
  const name = decodeURIComponent(location.hash.slice(1));
  const target = name && document.getElementById(name);
  if (!target) return;
  for (let node = target; node; node = node.parentElement) if (node instanceof HTMLDetailsElement) node.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();
