
const lines = [...document.querySelectorAll("tr.line")];
const form = document.getElementById("filter");

function apply() {
  const wanted = new FormData(form);
  const levels = new Set(wanted.getAll("level")), only = new Set(wanted.getAll("only"));
  const area = wanted.get("area"), words = wanted.get("q").toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const line of lines) {
    const fits = (!area || line.parentElement.dataset.area === area) && (!levels.size || levels.has(line.dataset.level))
      && (!only.has("differs") || line.classList.contains("differs")) && (!only.has("broken") || line.dataset.broken)
      && words.every((word) => line.textContent.toLowerCase().includes(word));
    line.hidden = !fits;
    count += fits;
  }
  document.querySelectorAll("tbody[data-area]").forEach((body) => { body.hidden = !body.querySelector("tr.line:not([hidden])"); });
  document.getElementById("shown").textContent = count === lines.length ? `${count} requirements` : `${count} of ${lines.length} requirements shown`;
}

function keep() {
  const wanted = new FormData(form), kept = new URLSearchParams();
  for (const name of ["area", "level", "only", "q"]) {
    const values = wanted.getAll(name).filter(Boolean);
    if (values.length) kept.set(name, values.join(","));
  }
  history.replaceState(null, "", kept.toString() ? `#?${kept}` : "#list");
}

function follow() {
  const hash = location.hash.slice(1);
  if (!hash.startsWith("?")) {
    const line = hash && document.getElementById(decodeURIComponent(hash));
    if (line && line.hidden) { form.reset(); apply(); line.scrollIntoView(); }
    return;
  }
  const kept = new URLSearchParams(hash.slice(1));
  form.elements.area.value = kept.get("area") || "";
  form.elements.q.value = kept.get("q") || "";
  for (const name of ["level", "only"]) {
    const values = new Set((kept.get(name) || "").split(","));
    form.querySelectorAll(`input[name=${name}]`).forEach((box) => { box.checked = values.has(box.value); });
  }
  apply();
}

form.addEventListener("input", () => { apply(); keep(); });
form.addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", follow);
form.reset();
follow();
