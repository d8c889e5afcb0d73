"use strict";
document.documentElement.classList.add("js");

// Every text goes in as text; nothing here parses HTML.
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function select(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// Copies, or where the browser does not allow that, selects the text for Ctrl+C.
async function copy(button) {
  const pre = button.parentElement.querySelector("pre");
  let word = "Copied";
  try {
    await navigator.clipboard.writeText(pre.textContent);
  } catch {
    select(pre);
    word = document.execCommand && document.execCommand("copy") ? "Copied" : "Selected";
  }
  button.textContent = word;
  const said = document.getElementById("said");
  if (said) said.textContent = word === "Copied" ? "Copied to the clipboard" : "Selected, press Ctrl+C to copy";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (button) copy(button);
});
