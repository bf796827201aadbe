// Where each line carries its sign: near its middle, shifted along the line until signs do not cover each other.

import { BADGE } from "./marks.js";

const CROWDED = 400;

export function signSpots(scene, strokes, card) {
  const placed = [];
  const spots = new Map();
  const many = scene.drawn_as === "dots" || scene.edges.length > CROWDED;
  for (const edge of scene.edges) {
    const at = (t) => strokes.at(edge.id, t);
    if (many) {
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
