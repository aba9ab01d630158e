// The query page: runs a query in place and shows its rows as a table. Values are inserted as text, never as markup.
const form = document.getElementById("ask");
const query = document.getElementById("query");
const state = document.getElementById("state");
const answer = document.getElementById("answer");

document.getElementById("example").addEventListener("change", (event) => {
  if (event.target.value) query.value = event.target.value;
});

function link(value) {
  if (!/^https?:\/\//.test(value)) return document.createTextNode(value);
  const anchor = document.createElement("a");
  anchor.href = value;
  anchor.textContent = value;
  return anchor;
}

function table(found) {
  const table = document.createElement("table");
  const head = table.insertRow();
  for (const name of found.head.vars) head.appendChild(document.createElement("th")).textContent = name;
  for (const row of found.results.bindings) {
    const line = table.insertRow();
    for (const name of found.head.vars) {
      const cell = line.insertCell();
      if (row[name]) cell.append(row[name].type === "uri" ? link(row[name].value) : String(row[name].value));
    }
  }
  return table;
}

function text(content) {
  const block = document.createElement("pre");
  block.textContent = content;
  return block;
}

async function show() {
  answer.replaceChildren();
  state.textContent = "running …";
  const begin = performance.now();
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json, text/turtle;q=0.9" },
      body: query.value,
    });
    const content = await response.text();
    const cut = response.headers.get("Upheaval-Truncated");
    const time = `${Math.round(performance.now() - begin)} ms`;
    if (!response.ok) {
      state.textContent = `${response.status}: ${JSON.parse(content).detail}`;
    } else if ((response.headers.get("Content-Type") || "").includes("results+json")) {
      const found = JSON.parse(content);
      if ("boolean" in found) {
        state.textContent = `${found.boolean ? "yes" : "no"}, ${time}`;
      } else {
        state.textContent = `${found.results.bindings.length} rows, ${time}${cut ? `; truncated (${cut})` : ""}`;
        answer.append(table(found));
      }
    } else {
      state.textContent = `${time}${cut ? `; truncated (${cut})` : ""}`;
      answer.append(text(content));
    }
  } catch (error) {
    state.textContent = String(error);
  }
}

document.getElementById("show").addEventListener("click", show);
if (new URLSearchParams(location.search).get("query")) show();
