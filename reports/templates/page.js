
const rows = [...document.querySelectorAll("details.req")];
const form = document.getElementById("filter");
const reset = document.getElementById("reset");
const texts = new Map();
let exchanges = null;

function exchange(id) {
  exchanges ||= JSON.parse(document.getElementById("data").textContent).exchanges;
  return exchanges[id];
}

function size(count) {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function status(e) { return `${e.s === null ? "no answer" : e.s} ${e.r}`.trim(); }
function head(first, headers) { return [first, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n"); }
function block(text, label) { return el("pre", { tabindex: "0", ...(label ? { "aria-label": label } : {}) }, text); }
function body(text) { return text ? `\n\n${text}` : ""; }

function exchangeNode(e) {
  const digest = e.d ? `, sha256 ${e.d.slice(0, 16)}…` : "";
  return el("div", { class: "exchange" },
    e.e ? el("p", {}, e.e) : null,
    el("div", { class: "copyable" }, block(e.c, "Command that sends this request again"), el("button", { type: "button", class: "copy" }, "Copy")),
    el("div", { class: "http" },
      el("div", {}, el("h5", {}, "Request"), block(head(`${e.m} ${e.u}`, e.q) + body(e.b)),
        e.bn ? el("p", { class: "soft" }, `body of ${size(e.bn)}`) : null),
      el("div", {}, el("h5", {}, "Answer"), block(head(`${e.v} ${status(e)}`, e.h) + body(e.t)),
        e.tn ? el("p", { class: "soft" }, `body of ${size(e.tn)}${digest}`) : null)));
}

function exchangeDetails(id) {
  const e = exchange(id);
  const line = el("summary", { class: "mono" }, `${e.m} ${e.u} → ${status(e)} `, el("span", { class: "soft" }, `${e.ms} ms, ${id}`));
  const made = el("details", { class: "ex" }, line);
  made.addEventListener("toggle", () => { if (made.open && !made.querySelector(".exchange")) made.append(exchangeNode(e)); });
  return made;
}

const AT_ONCE = 20;
function fill(place) {
  const ids = place.dataset.exchanges.split(" ");
  const title = el("h4", {}, place.closest(".body").querySelector(".finding") ? "More exchanges of its checks" : "Evidence");
  place.removeAttribute("data-exchanges");
  place.replaceChildren(title);
  const more = el("button", { type: "button" });
  let at = 0;
  function next() {
    more.remove();
    place.append(...ids.slice(at, at + AT_ONCE).map(exchangeDetails));
    at += AT_ONCE;
    if (at < ids.length) { more.textContent = `Show ${Math.min(AT_ONCE, ids.length - at)} of ${ids.length - at} more`; place.append(more); }
  }
  more.addEventListener("click", next);
  next();
}

function filled(row) {
  const place = row.querySelector(".evidence[data-exchanges]");
  if (place) fill(place);
}
rows.forEach((row) => {
  row.addEventListener("toggle", () => { if (row.open) filled(row); });
  if (row.open) filled(row);
});

function text(row) {
  if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
  return texts.get(row);
}

function apply() {
  const wanted = new FormData(form);
  const levels = new Set(wanted.getAll("level")), states = new Set(wanted.getAll("verdict"));
  const area = wanted.get("area"), words = wanted.get("q").toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const { area: a, level, state } = row.dataset;
    const fits = (!area || a === area) && (!levels.size || levels.has(level)) && (!states.size || states.has(state)) && words.every((word) => text(row).includes(word));
    row.hidden = !fits;
    count += fits;
  }
  document.querySelectorAll(".group").forEach((group) => { group.hidden = !group.querySelector("details.req:not([hidden])"); });
  const all = count === rows.length;
  document.getElementById("shown").textContent = all ? `${rows.length} requirements` : `${count} of ${rows.length} requirements shown`;
  reset.hidden = all && !words.length;
}

function keep() {
  const wanted = new FormData(form), kept = new URLSearchParams();
  for (const name of ["area", "level", "verdict", "q"]) {
    const values = wanted.getAll(name).filter(Boolean);
    if (values.length) kept.set(name, values.join(","));
  }
  const text = kept.toString();
  history.replaceState(null, "", text ? `#?${text}` : "#list");
}

function set(kept) {
  form.reset();
  form.elements.area.value = kept.get("area") || "";
  form.elements.q.value = kept.get("q") || "";
  for (const name of ["level", "verdict"]) {
    const values = new Set((kept.get(name) || "").split(","));
    form.querySelectorAll(`input[name=${name}]`).forEach((box) => { box.checked = values.has(box.value); });
  }
  apply();
}

function follow() {
  const hash = location.hash.slice(1);
  if (hash.startsWith("?")) {
    set(new URLSearchParams(hash.slice(1)));
    document.getElementById("list").scrollIntoView();
    return;
  }
  const row = hash && document.getElementById(decodeURIComponent(hash));
  if (!row || !row.matches("details.req")) return;
  if (row.hidden) set(new URLSearchParams());
  row.open = true;
  row.scrollIntoView();
}

document.querySelectorAll("a[data-filter]").forEach((link) => { link.href = `#?${link.dataset.filter}`; });
form.addEventListener("input", () => { apply(); keep(); });
form.addEventListener("submit", (event) => event.preventDefault());
reset.addEventListener("click", () => { set(new URLSearchParams()); keep(); form.elements.q.focus(); });
window.addEventListener("hashchange", follow);
window.addEventListener("beforeprint", () => { document.querySelectorAll("details.req.state-broken").forEach((row) => { row.open = true; }); });
set(new URLSearchParams());
follow();
