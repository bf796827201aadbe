// A cell opens beside the map without leaving it; the address says which. Without scripts the same links load the page.

import { wireSlides } from "./slide.js";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const desk = document.querySelector(".desk");

async function open(address, focus) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) {
    location.assign(address);
    return;
  }
  const made = new DOMParser().parseFromString(await answer.text(), "text/html");
  const cell = made.getElementById("cell");
  document.getElementById("cell")?.remove();
  desk.classList.toggle("opened", Boolean(cell));
  const key = new URL(address, location.href).searchParams.get("cell");
  for (const link of desk.querySelectorAll("a[data-cell]")) {
    if (link.dataset.cell === key) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const change = made.querySelector("a.switch");
  if (change) document.querySelector("a.switch").href = change.getAttribute("href");
  if (!cell) {
    if (focus) focus.focus();
    return;
  }
  desk.append(document.importNode(cell, true));
  const shown = document.getElementById("cell");
  wireSlides(shown);
  shown.focus({ preventScroll: true });
  if (window.innerWidth < 1180) shown.scrollIntoView({ block: "start" });
  else bring();
}

// The panel narrows the map: the chosen cell is brought back into sight, clear of the headings that stay in place.
function bring() {
  const chart = desk?.querySelector(".chart");
  const cell = chart?.querySelector('a[aria-current="true"]');
  if (!cell) return;
  const [box, at] = [chart.getBoundingClientRect(), cell.getBoundingClientRect()];
  const corner = chart.querySelector(".corner").getBoundingClientRect();
  const left = box.left + corner.width;
  if (at.right > box.right) chart.scrollLeft += at.right - box.right + at.width;
  else if (at.left < left) chart.scrollLeft -= left - at.left + at.width;
  const top = box.top + corner.height;
  if (chart.scrollHeight > chart.clientHeight && at.bottom > box.bottom) chart.scrollTop += at.bottom - box.bottom + at.height;
  else if (chart.scrollHeight > chart.clientHeight && at.top < top) chart.scrollTop -= top - at.top + at.height;
  const now = cell.getBoundingClientRect();
  if (now.bottom > window.innerHeight || now.top < 0) desk.scrollIntoView({ block: "start" });
}

let last = null;

if (window.innerWidth >= 1180) bring();

function go(link, focus = null) {
  const address = link.getAttribute("href").replace(/#.*$/, "");
  history.pushState({}, "", address);
  open(address, focus);
}

desk?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-cell], a.close");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (link.dataset.cell) last = link;
  go(link, link.dataset.cell ? null : last);
});
document.addEventListener("keydown", (event) => {
  const close = event.key === "Escape" && document.querySelector("#cell a.close");
  if (close) go(close, last);
});
window.addEventListener("popstate", () => open(location.href, null));
