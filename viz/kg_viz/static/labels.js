// Words on the paper, none over another: headings above columns, names beside dots.

import { FAMILY, lines } from "./marks.js";

const HEADING = { size: 12.5, line: 15, rows: 2, apart: 7 };
const NAME = { size: 10.5, least: 11.5, beside: 10 };

// Each heading has the room up to half way to its neighbours. Returns the boxes that are drawn.
export function drawHeadings(ctx, headings, box, scale) {
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.font = `600 ${HEADING.size * scale}px ${FAMILY}`;
  return headings.map((heading, at) => {
    const left = at > 0 ? (headings[at - 1].x + heading.x) / 2 : box.left;
    const right = at + 1 < headings.length ? (heading.x + headings[at + 1].x) / 2 : box.right;
    const rows = lines(ctx, heading.label, right - left - 2 * HEADING.apart, HEADING.rows);
    const half = Math.max(...rows.map((row) => ctx.measureText(row).width)) / 2;
    const x = Math.min(Math.max(heading.x, left + HEADING.apart + half), right - HEADING.apart - half);
    const step = HEADING.line * scale;
    const y = box.top + 4 + step;
    rows.forEach((row, line) => ctx.fillText(row, x, y + (line - (rows.length - 1) / 2) * step));
    return { left: x - half, right: x + half, top: y - (rows.length * step) / 2, bottom: y + (rows.length * step) / 2 };
  });
}

// Names beside dots, cut at `free` pixels. Where they would be too small to read only some are wanted, larger and in
// full; one that would cover another is left out. Returns a function that draws in the order it is called.
export function namesOf(look, free) {
  const cut = new Map();
  return (ctx, scale) => {
    const drawn = [];
    return {
      drawn,
      name(node, full, must) {
        const size = full ? Math.max(NAME.size, NAME.least / scale) : NAME.size;
        ctx.font = `${size}px ${FAMILY}`;
        if (!full && !cut.has(node.id)) {
          const [text] = lines(ctx, node.label, free, 1);
          cut.set(node.id, { text, width: ctx.measureText(text).width });
        }
        const { text, width } = full ? { text: node.label, width: ctx.measureText(node.label).width } : cut.get(node.id);
        const left = node.x + NAME.beside;
        const box = { left: left - 1, right: left + width + 2, top: node.y - size / 2 - 1, bottom: node.y + size / 2 + 1 };
        const covers = (other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
        if (!must && drawn.some(covers)) return;
        drawn.push(box);
        ctx.fillStyle = look().paper;
        ctx.globalAlpha = 0.85;
        ctx.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
        ctx.globalAlpha = 1;
        ctx.fillStyle = look().ink;
        ctx.textAlign = "left";
        ctx.textBaseline = "middle";
        ctx.fillText(text, left, node.y + 0.5);
      },
    };
  };
}
