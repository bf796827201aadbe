// Where each line carries its sign: near its middle, shifted along the line until signs do not cover each other.

import { BADGE } from "./marks.js";

const CROWDED = 400;

export function signSpots(scene, card) {
  const { width } = card;
  const nodes = new Map(scene.nodes.map((node) => [node.id, node]));
  const dots = scene.drawn_as === "dots";
  const placed = [];
  const spots = new Map();
  for (const edge of scene.edges) {
    const [a, b] = [nodes.get(edge.source), nodes.get(edge.target)];
    const forward = a.x <= b.x;
    const start = a.x + (edge.curved || forward ? width / 2 : -width / 2);
    const stop = b.x + (edge.curved || !forward ? width / 2 : -width / 2);
    const at = (t) => {
      if (dots) return { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) };
      if (edge.curved) {
        const reach = 0.27 * Math.abs(b.y - a.y);
        return { x: start + 4 * t * (1 - t) * reach, y: a.y + t * (b.y - a.y) };
      }
      const middle = (start + stop) / 2;
      const [p, q, r, s] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
      return { x: p * start + (q + r) * middle + s * stop, y: (p + q) * a.y + (r + s) * b.y };
    };
    if (dots || scene.edges.length > CROWDED) {
      spots.set(edge.id, at(0.5));
      continue;
    }
    const open = (spot) =>
      scene.nodes.every((node) => Math.abs(node.x - spot.x) > card.width / 2 + BADGE || Math.abs(node.y - spot.y) > card.height / 2 + BADGE);
    const free = (spot) =>
      open(spot) && placed.every((other) => (other.x - spot.x) ** 2 + (other.y - spot.y) ** 2 > (2 * BADGE + 1) ** 2);
    const tries = Array.from({ length: 41 }, (_, step) => at(0.5 + ((step % 2 ? 1 : -1) * Math.ceil(step / 2)) / 46));
    const spot = tries.find(free) ?? tries.find(open) ?? tries[0];
    placed.push(spot);
    spots.set(edge.id, spot);
  }
  return spots;
}
