// What scripts add to pages that work without them: copying, suggestions while typing, one hint open at a time.

import { wireSlides } from "./slide.js";
import { wireSuggestions } from "./suggest.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = document.body.dataset.copied;
    setTimeout(() => {
      button.textContent = label;
    }, 1500);
  });
}

const hints = [...document.querySelectorAll("details.hint")];
document.addEventListener("click", (event) => {
  for (const hint of hints) if (!hint.contains(event.target)) hint.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const hint of hints) {
    if (hint.open) hint.querySelector("summary").focus();
    hint.open = false;
  }
});

// The question that is open stands in sight among the others.
document.querySelector(".asks [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
wireSlides(document);
for (const input of document.querySelectorAll("input[data-suggest]")) wireSuggestions(input);
