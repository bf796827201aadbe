// Marks on the canvas: outlines of shapes, labels in lines, the sign discs.

export const FAMILY = 'system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
export const BADGE = 5.5;
const RELATIVE = CSS.supports("color", "oklch(from #000 max(l, 0.5) c h)");

export function colours(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(name).trim();
  const least = read("--least-light");
  return {
    card: read("--card"),
    ink: read("--ink"),
    quiet: read("--quiet"),
    paper: read("--paper"),
    strong: read("--strong"),
    // A colour of the ontology as the style sheet shows it too: never darker than the theme allows.
    lit: (colour) => (RELATIVE ? `oklch(from ${colour} max(l, ${least}) c h)` : colour),
  };
}

// Break a label into at most `most` lines that fit; the last ends in an ellipsis when it must.
export function lines(context, text, width, most) {
  const fits = (some) => context.measureText(some.trimEnd()).width <= width;
  const parts = /[a-z] /i.test(text) ? text.split(/(?<=[ \-/])/) : [...text];
  const found = [];
  while (parts.length) {
    let line = parts.shift();
    while (parts.length && fits(line + parts[0])) line += parts.shift();
    found.push(line);
  }
  const cut = (line) => {
    let some = line.trimEnd();
    while (some && !fits(`${some}…`)) some = some.slice(0, -1);
    return `${some.trimEnd()}…`;
  };
  const kept = found.length > most ? [...found.slice(0, most - 1), found.slice(most - 1).join("")] : found;
  return kept.map((line) => (fits(line) ? line.trimEnd() : cut(line)));
}

export function outline(context, corners, x, y, radius) {
  context.beginPath();
  corners.forEach(([dx, dy], at) => context[at ? "lineTo" : "moveTo"](x + radius * dx, y + radius * dy));
  context.closePath();
}

export function disc(context, text, x, y, fill, ink, radius = BADGE) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.fillStyle = ink;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `700 ${1.8 * radius}px ${FAMILY}`;
  context.fillText(text, x, y + 0.5);
}

// The sign of an edge where it lies, and a warning beside it where the evidence is on both sides.
export function sign(context, edge, { x, y }) {
  disc(context, { 1: "+", "-1": "−", 0: "○" }[edge.sign], x, y, edge.colour, "#ffffff");
  if (edge.contested) disc(context, "!", x + 2 * BADGE + 1, y, "#f5b301", "#3a2500");
}
