// The picture: vis-network draws edges and finds what is pointed at; cards and headings are ours.

const INSIDE = { glyph: 5.5, left: 22, font: 11.5, line: 13 };
const BADGE = 5.5;
const FAMILY = 'system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const NARROW = 700;
const FADED = 0.1;

function colours(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(name).trim();
  return { card: read("--card"), ink: read("--ink"), quiet: read("--quiet"), paper: read("--paper"), strong: read("--strong") };
}

// Break a label into at most two lines that fit; the second ends in an ellipsis when it must.
function lines(context, text, width) {
  if (context.measureText(text).width <= width) return [text];
  const parts = text.includes(" ") ? text.split(/(?<=[ -])/) : [...text];
  let first = "";
  while (parts.length > 1 && context.measureText((first + parts[0]).trimEnd()).width <= width) first += parts.shift();
  if (!first) first = parts.shift();
  let second = parts.join("");
  if (context.measureText(second).width > width) {
    while (second && context.measureText(`${second}…`).width > width) second = second.slice(0, -1);
    second = `${second.trimEnd()}…`;
  }
  return [first.trimEnd(), second];
}

function outline(context, corners, x, y, radius) {
  context.beginPath();
  corners.forEach(([dx, dy], at) => context[at ? "lineTo" : "moveTo"](x + radius * dx, y + radius * dy));
  context.closePath();
}

// Where each line carries its sign: near its middle, shifted along the line until signs do not cover each other.
function signSpots(scene, card) {
  const { width } = card;
  const nodes = new Map(scene.nodes.map((node) => [node.id, node]));
  const placed = [];
  const spots = new Map();
  for (const edge of scene.edges) {
    const [a, b] = [nodes.get(edge.source), nodes.get(edge.target)];
    const forward = a.x <= b.x;
    const start = a.x + (edge.curved || forward ? width / 2 : -width / 2);
    const stop = b.x + (edge.curved || !forward ? width / 2 : -width / 2);
    const at = (t) => {
      if (edge.curved) {
        const reach = 0.27 * Math.abs(b.y - a.y);
        return { x: start + 4 * t * (1 - t) * reach, y: a.y + t * (b.y - a.y) };
      }
      const middle = (start + stop) / 2;
      const [p, q, r, s] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
      return { x: p * start + (q + r) * middle + s * stop, y: (p + q) * a.y + (r + s) * b.y };
    };
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

export function drawCanvas(element, scene, told) {
  const CARD = { ...INSIDE, ...scene.card };
  const nodes = new Map(scene.nodes.map((node) => [node.id, node]));
  const edges = new Map(scene.edges.map((edge) => [edge.id, edge]));
  const wrapped = new Map();
  let look = colours(element);
  let chosen = null;
  let pointed = null;

  const near = (subject) => {
    if (subject === null) return null;
    const kept = { nodes: new Set(), edges: new Set() };
    for (const edge of edges.values()) {
      const touched = subject.kind === "edge" ? edge.id === subject.id : edge.source === subject.id || edge.target === subject.id;
      if (touched) {
        kept.edges.add(edge.id);
        kept.nodes.add(edge.source).add(edge.target);
      }
    }
    if (subject.kind === "node") kept.nodes.add(subject.id);
    return kept;
  };
  let kept = null;

  function card({ ctx, id, x, y }) {
    const node = nodes.get(id);
    const drawNode = () => {
      const { width, height } = CARD;
      const [left, top] = [x - width / 2, y - height / 2];
      ctx.save();
      ctx.beginPath();
      ctx.roundRect(left, top, width, height, 6);
      ctx.fillStyle = look.card;
      ctx.fill();
      ctx.globalAlpha = kept !== null && !kept.nodes.has(id) ? 0.45 : 1;
      const strong = chosen !== null && chosen.kind === "node" && chosen.id === id;
      ctx.lineWidth = strong ? 2.5 : 1;
      ctx.strokeStyle = strong ? look.strong : node.colour;
      ctx.stroke();
      outline(ctx, scene.outlines[node.shape], left + CARD.left / 2 + 1, y, CARD.glyph);
      ctx.fillStyle = node.colour;
      ctx.fill();
      const family = node.members.length > 1 ? String(node.members.length) : "";
      ctx.font = `600 9.5px ${FAMILY}`;
      const room = family ? ctx.measureText(family).width + 12 : 0;
      if (family) {
        ctx.beginPath();
        ctx.roundRect(left + width - room - 3, y - 7, room - 2, 14, 7);
        ctx.fillStyle = look.paper;
        ctx.fill();
        ctx.fillStyle = look.quiet;
        ctx.textAlign = "center";
        ctx.textBaseline = "middle";
        ctx.fillText(family, left + width - room / 2 - 4, y + 0.5);
      }
      ctx.font = `${CARD.font}px ${FAMILY}`;
      if (!wrapped.has(id)) wrapped.set(id, lines(ctx, node.label, width - CARD.left - room - 8));
      const text = wrapped.get(id);
      ctx.fillStyle = look.ink;
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      text.forEach((line, at) => ctx.fillText(line, left + CARD.left, y + (at - (text.length - 1) / 2) * CARD.line + 0.5));
      ctx.restore();
    };
    return { drawNode, nodeDimensions: { width: CARD.width, height: CARD.height } };
  }

  const edgeLook = (edge, base) => {
    const faint = kept !== null && !kept.edges.has(edge.id);
    const loud = kept !== null && !faint;
    return {
      id: edge.id,
      color: { color: base.color.color, highlight: base.color.color, hover: base.color.color, opacity: faint ? FADED : loud ? 1 : 0.62 },
    };
  };

  const visNodes = new vis.DataSet(scene.vis.nodes.map((node) => (nodes.has(node.id) ? { ...node, shape: "custom", ctxRenderer: card } : node)));
  const base = new Map(scene.vis.edges.map((edge) => [edge.id, edge]));
  const visEdges = new vis.DataSet(scene.vis.edges.map((edge) => ({ ...edge, ...edgeLook(edges.get(edge.id), edge) })));
  const options = {
    ...scene.vis.options,
    autoResize: false,
    interaction: { ...scene.vis.options.interaction, hover: true, hoverConnectedEdges: false, selectConnectedEdges: false, tooltipDelay: 1e9, zoomSpeed: 0.6 },
    edges: { ...scene.vis.options.edges, selectionWidth: 1.5, hoverWidth: 1, arrowStrikethrough: false },
    layout: { improvedLayout: false },
  };
  delete options.configure;

  const xs = scene.nodes.map((node) => node.x);
  const ys = scene.nodes.map((node) => node.y);
  const box = {
    left: Math.min(...xs) - CARD.width / 2 - 8,
    right: Math.max(...xs) + CARD.width / 2 + 8,
    top: Math.min(...ys) - CARD.height / 2 - 44,
    bottom: Math.max(...ys) + CARD.height / 2 + 10,
  };
  const size = { width: box.right - box.left, height: box.bottom - box.top };

  // As large as the width allows; a narrow screen shows the first columns and is dragged.
  const room = () => {
    const width = element.clientWidth;
    const scale = width < NARROW ? 0.78 : Math.min(1.15, width / size.width);
    return { width, scale, height: width < NARROW ? Math.min(560, window.innerHeight * 0.72) : size.height * scale };
  };
  element.style.height = `${Math.round(room().height)}px`;
  const network = new vis.Network(element, { nodes: visNodes, edges: visEdges }, options);

  const fitted = () => {
    const { width, scale, height } = room();
    element.style.height = `${Math.round(height)}px`;
    network.setSize("100%", `${Math.round(height)}px`);
    const wide = width >= NARROW;
    const x = wide ? (box.left + box.right) / 2 : box.left + width / scale / 2;
    const y = wide ? (box.top + box.bottom) / 2 : box.top + height / scale / 2;
    network.redraw();
    network.moveTo({ position: { x, y }, scale, animation: false });
  };
  const whole = () => {
    const scale = Math.min(element.clientWidth / size.width, element.clientHeight / size.height);
    network.moveTo({ position: { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }, scale, animation: false });
  };
  fitted();

  network.on("beforeDrawing", (ctx) => {
    ctx.save();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.font = `600 12.5px ${FAMILY}`;
    ctx.fillStyle = look.quiet;
    for (const heading of scene.headings) {
      const half = ctx.measureText(heading.label).width / 2;
      ctx.fillText(heading.label, Math.min(Math.max(heading.x, box.left + half + 8), box.right - half - 8), box.top + 18);
    }
    ctx.restore();
  });
  const spots = signSpots(scene, CARD);
  network.on("afterDrawing", (ctx) => {
    ctx.save();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const edge of scene.edges) {
      if (kept !== null && !kept.edges.has(edge.id)) continue;
      const { x, y } = spots.get(edge.id);
      const disc = (text, at, fill, ink) => {
        ctx.beginPath();
        ctx.arc(at, y, BADGE, 0, 2 * Math.PI);
        ctx.fillStyle = fill;
        ctx.fill();
        ctx.fillStyle = ink;
        ctx.font = `700 10px ${FAMILY}`;
        ctx.fillText(text, at, y + 0.5);
      };
      disc({ 1: "+", "-1": "−", 0: "○" }[edge.sign], x, edge.colour, "#ffffff");
      if (edge.contested) disc("!", x + 2 * BADGE - 1, "#f5b301", "#3a2500");
    }
    ctx.restore();
  });

  const refresh = () => {
    kept = near(pointed ?? chosen);
    visEdges.update([...edges.values()].map((edge) => edgeLook(edge, base.get(edge.id))));
    network.redraw();
  };
  const point = (subject) => {
    pointed = subject;
    element.style.cursor = subject === null ? "" : "pointer";
    told.pointed(subject === null ? null : subject.kind === "node" ? nodes.get(subject.id) : edges.get(subject.id), subject?.kind);
    refresh();
  };
  network.on("hoverNode", ({ node }) => nodes.has(node) && point({ kind: "node", id: node }));
  network.on("hoverEdge", ({ edge }) => point({ kind: "edge", id: edge }));
  network.on("blurNode", () => point(null));
  network.on("blurEdge", () => point(null));
  network.on("click", ({ nodes: [node], edges: [edge] }) => {
    if (nodes.has(node)) told.chosen("node", nodes.get(node));
    else if (edge !== undefined) told.chosen("edge", edges.get(edge));
    network.unselectAll();
  });

  // The wheel scrolls the page; with Ctrl (as pinching on a touchpad sends it) it zooms the picture.
  element.addEventListener("wheel", (event) => event.ctrlKey || event.stopPropagation(), { capture: true });
  const theme = window.matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => {
    look = colours(element);
    refresh();
  };
  theme.addEventListener("change", repaint);
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth !== width) {
      width = element.clientWidth;
      fitted();
    }
  }).observe(element);

  // Bring what is chosen out from under the panel, which covers `covered` pixels at the right.
  let shifted = false;
  const uncover = (covered) => {
    if (covered === 0 || chosen === null || kept === null) {
      if (shifted) fitted();
      shifted = false;
      return;
    }
    const xs = [...kept.nodes].map((id) => network.getPosition(id).x);
    const [left, right] = [Math.min(...xs) - CARD.width / 2 - 16, Math.max(...xs) + CARD.width / 2 + 16];
    const free = element.clientWidth - covered;
    if (network.canvasToDOM({ x: right, y: 0 }).x <= free) return;
    const top = network.DOMtoCanvas({ x: 0, y: 0 }).y;
    const scale = Math.max(0.5, Math.min(network.getScale(), free / (right - left)));
    const position = { x: right + (element.clientWidth / 2 - free) / scale, y: top + element.clientHeight / 2 / scale };
    network.moveTo({ position, scale, animation: false });
    shifted = true;
  };

  return {
    choose(subject, covered) {
      chosen = subject;
      pointed = null;
      refresh();
      uncover(covered);
    },
    zoom(factor) {
      network.moveTo({ scale: network.getScale() * factor, animation: false });
    },
    whole,
    inspect: () => ({
      scale: network.getScale(),
      at: (id) => network.canvasToDOM(network.getPosition(id)),
      between: (id) => network.canvasToDOM(spots.get(id)),
    }),
  };
}
