// Elements, built node by node: text enters as text only, addresses must be http(s) or of this site.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

export function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

export function glyph(points, colour) {
  return svg(
    "svg",
    { class: "glyph", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    svg("polygon", { points, color: colour, fill: "currentColor" }),
  );
}

export function bar(low, high, expected) {
  return svg(
    "svg",
    { class: "bar", viewBox: "0 0 100 12", width: 100, height: 12, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "bar-all", x: 0, y: 4, width: 100, height: 4 }),
    svg("rect", { class: "bar-range", x: 100 * low, y: 3, width: 100 * (high - low), height: 6 }),
    svg("line", { class: "bar-mark", x1: 100 * expected, x2: 100 * expected, y1: 0, y2: 12, "vector-effect": "non-scaling-stroke" }),
  );
}

export function badge(sign, said) {
  const word = { 1: "raises", "-1": "lowers", 0: "neutral" }[sign];
  const text = { 1: "+", "-1": "−", 0: "○" }[sign];
  return h("span", { class: `badge sign-${word}`, title: said[word] }, text);
}

export function outward(link) {
  let address;
  try {
    address = new URL(link.href);
  } catch {
    return h("span", {}, link.label);
  }
  if (address.protocol !== "https:" && address.protocol !== "http:") return h("span", {}, link.label);
  return h("a", { class: "outward", href: address.href, rel: "noopener noreferrer", target: "_blank" }, link.label);
}

export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
