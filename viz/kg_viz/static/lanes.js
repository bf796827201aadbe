// Where columns do not fit side by side: buttons that go to each, and which one is in sight.

import { h } from "./dom.js";

const MARGIN = 40;

export function wireLanes(place, scene, canvas, said) {
  if (!place) return;
  const [first, last] = [scene.nodes[0], scene.nodes.at(-1)];
  const stops = scene.headings.length ? scene.headings : [first, last];
  const buttons = stops.map((heading) => {
    const button = h("button", { type: "button" }, heading.label);
    button.addEventListener("click", () => canvas.goTo(heading.x));
    return button;
  });
  let shown = null;
  const fits = () => canvas.fits() || buttons.length < 2;
  const update = () => {
    place.hidden = fits();
    const { left, right } = canvas.sight();
    stops.forEach((heading, at) => {
      const here = heading.x >= left && heading.x <= right;
      buttons[at].setAttribute("aria-pressed", String(here));
    });
    const first = buttons.find((button) => button.getAttribute("aria-pressed") === "true");
    if (!first || first === shown) return;
    shown = first;
    // On a narrow screen the row is longer than the screen; the row moves, not the page.
    place.scrollLeft = first.offsetLeft - place.offsetLeft - MARGIN;
  };
  place.replaceChildren(h("span", { class: "quiet" }, said.lanes_hint), ...buttons);
  canvas.moved(update);
  update();
}
