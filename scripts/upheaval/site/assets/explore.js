// The date slider and the support filter, which apply to every chart and list on the page.
// Their state is kept in the address bar and passed on by links to similar pages.
const form = document.getElementById("controls");
const at = document.getElementById("at");
const sources = document.getElementById("sources");
const shown = document.getElementById("at-shown");
const accepts = {
  all: () => true,
  two: (flags) => (flags & 1) !== 0,
  official: (flags) => (flags & 2) !== 0,
  undisputed: (flags) => (flags & 4) === 0,
};
const names = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
let loading = null;

const lastDay = (month) => new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0));
const iso = (day) => day.toISOString().slice(0, 10);
const moved = () => at.value !== at.max;
const changed = () => moved() || sources.value !== "all";

function state() {
  const words = new URLSearchParams();
  if (moved()) words.set("at", iso(lastDay(Number(at.value))).slice(0, 7));
  if (sources.value !== "all") words.set("sources", sources.value);
  return words.toString();
}

function restore() {
  const words = new URLSearchParams(location.search);
  const month = /^(\d{4})-(\d{2})$/.exec(words.get("at") ?? "");
  at.value = month ? Number(month[1]) * 12 + Number(month[2]) - 1 : at.max;
  sources.value = words.get("sources") in accepts ? words.get("sources") : "all";
}

function count(data, limit, accept) {
  const cells = Array.from({ length: data.pairs }, () => new Array(data.tops).fill(0));
  const pairs = new Array(data.pairs).fill(0);
  const years = new Map();
  for (const [start, flags, dyads, tops, when] of data.rows) {
    if (!accept(flags) || (moved() && (start === 0 || start > limit))) continue;
    for (const pair of dyads) {
      pairs[pair] += 1;
      for (const top of tops) cells[pair][top] += 1;
    }
    for (const top of tops) for (const year of when) if (!moved() || year <= limit / 10000) years.set(`${top} ${year}`, (years.get(`${top} ${year}`) ?? 0) + 1);
  }
  return { cells, pairs, years };
}

function drawMatrix(cells) {
  const most = Number(document.querySelector(".matrix")?.dataset.most);
  for (const link of document.querySelectorAll(".matrix [data-pair]")) {
    link.dataset.first ??= link.textContent;
    const number = cells[link.dataset.pair][link.dataset.top];
    const counted = /^\d+$/.test(link.dataset.first);
    link.textContent = counted ? String(number) : link.dataset.first;
    if (counted) link.parentElement.className = number ? `s${Math.max(1, Math.round(5 * Math.sqrt(number / most)))}` : "";
  }
}

function drawNetwork(pairs) {
  const most = Math.max(1, ...pairs);
  for (const chart of document.querySelectorAll(".network")) {
    if (chart.closest(".still")) continue;
    for (const link of chart.querySelectorAll("[data-edge]")) {
      const number = pairs[link.dataset.edge];
      link.querySelector("line").setAttribute("stroke-width", number ? (1 + (15 * number) / most).toFixed(1) : 0);
      const label = link.getAttribute("aria-label").replace(/: .*/, `: ${number}`);
      link.setAttribute("aria-label", label);
      link.querySelector("title").textContent = label;
    }
    for (const text of chart.querySelectorAll("[data-count]")) text.textContent = pairs[text.dataset.count];
  }
}

function drawTypes(years) {
  for (const chart of document.querySelectorAll(".types")) {
    for (const bar of chart.querySelectorAll("[data-year]")) {
      const number = years.get(`${bar.dataset.top} ${bar.dataset.year}`) ?? 0;
      const tall = number * Number(chart.dataset.scale);
      bar.setAttribute("height", tall.toFixed(1));
      bar.setAttribute("y", (Number(bar.dataset.floor) - tall).toFixed(1));
      const title = bar.querySelector("title");
      title.textContent = title.textContent.replace(/\d+$/, String(number));
    }
  }
}

function hide(day, accept) {
  for (const node of document.querySelectorAll("[data-start], [data-flags]")) {
    const { start, flags } = node.dataset;
    const late = moved() && start !== undefined && (start === "" || start > day);
    node.toggleAttribute("hidden", late || (flags !== undefined && !accept(Number(flags))));
  }
}

function carry() {
  const words = state();
  for (const link of document.querySelectorAll("main a[href*='dyad/'], main a[href*='charts/']")) {
    const [path, hash] = link.getAttribute("href").split("#");
    if (/\.\w+$/.test(path)) continue;
    link.setAttribute("href", path.split("?")[0] + (words ? `?${words}` : "") + (hash ? `#${hash}` : ""));
  }
}

async function load() {
  try {
    return await (await fetch(form.dataset.explore)).json();
  } catch (error) {
    loading = null; // the next move retries
    throw error;
  }
}

async function draw() {
  const last = lastDay(Number(at.value));
  shown.value = names.format(last);
  const accept = accepts[sources.value];
  const words = state();
  history.replaceState(null, "", location.pathname + (words ? `?${words}` : "") + location.hash);
  hide(iso(last), accept);
  carry();
  if (!document.querySelector(".matrix, .network, .types")) return;
  form.setAttribute("aria-busy", "true");
  try {
    // All redraws wait for the same request and then run in the order of the moves, so that the last move wins.
    const data = await (loading ??= load());
    const found = count(data, Number(iso(last).replaceAll("-", "")), accept);
    drawMatrix(found.cells);
    drawNetwork(found.pairs);
    drawTypes(found.years);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

if (form) {
  form.hidden = false;
  restore();
  form.addEventListener("input", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(draw));
  addEventListener("popstate", () => { restore(); draw(); });
  shown.value = names.format(lastDay(Number(at.value)));
  if (changed()) draw();
}
