// The keyboard on the picture: arrows move from node to node, Enter opens, Escape leaves.

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The nearest node in a direction; what lies aside counts double, so that rows and columns are kept.
export function nearest(nodes, from, [dx, dy]) {
  let best = null;
  let least = Infinity;
  for (const node of nodes) {
    const [x, y] = [node.x - from.x, node.y - from.y];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (along < 1 || aside > 3 * along + 60) continue;
    const distance = along + 2 * aside;
    if (distance < least) [best, least] = [node, distance];
  }
  return best;
}

export function wireKeys(element, { nodes, at, point, open, zoom }) {
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = WAYS[event.key];
    const here = at();
    if (way) {
      const seen = nodes();
      const next = here === null ? seen[0] : nearest(seen, here, way);
      if (next) point(next);
    } else if (event.key === "Enter" && here !== null) open(here);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else return;
    event.preventDefault();
  });
  element.addEventListener("blur", () => point(null));
}
