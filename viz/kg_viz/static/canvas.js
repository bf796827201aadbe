// The picture: vis-network moves the view and finds nodes; how nodes, edges and headings look is ours.

import { drawHeadings, namesOf } from "./labels.js";
import { FAMILY, colours, lines, outline, sign } from "./marks.js";
import { wireKeys } from "./roam.js";
import { strokesOf } from "./strokes.js";

const INSIDE = { glyph: 5.5, left: 22 };
const TYPE = [
  { most: 2, font: 11.5, line: 13.5 },
  { most: 3, font: 10.8, line: 11.8 },
];
const NARROW = 700;
const FADED = 0.09;
const REACH = 6;
const BESIDE = 4;
const DOT = 7;
// From these scales on dots carry their names and lines their signs; the best linked carry their names always.
const NAMED = 0.72;
const SIGNED = 1.3;
const HUBS = 14;
const ROOMY = 250;
const BESIDE_DOT = 22;

export function drawCanvas(element, scene, told) {
  const CARD = { ...INSIDE, ...scene.card };
  const dots = scene.drawn_as === "dots";
  const half = dots ? { x: 2 * DOT, y: 2 * DOT } : { x: CARD.width / 2, y: CARD.height / 2 };
  const nodes = new Map(scene.nodes.map((node) => [node.id, node]));
  const edges = new Map(scene.edges.map((edge) => [edge.id, edge]));
  const touching = new Map(scene.nodes.map((node) => [node.id, []]));
  for (const edge of scene.edges) touching.get(edge.source).push(edge), touching.get(edge.target).push(edge);
  const ranked = [...scene.nodes].sort((a, b) => b.links - a.links);
  const hubs = new Set(ranked.slice(0, HUBS).map((node) => node.id));
  const wrapped = new Map();
  const xs = scene.nodes.map((node) => node.x);
  // Names of dots may reach to the next dot beside.
  const stops = [...new Set(xs)].sort((a, b) => a - b);
  const free = Math.min(190, ...stops.slice(1).map((x, at) => x - stops[at])) - BESIDE_DOT;
  let look = colours(element);
  let chosen = null;
  let pointed = null;
  let kept = null;
  let chain = null;
  let inSight = null;

  const near = (subject) => {
    if (chain !== null && subject === null) return chain;
    if (subject === null) return null;
    const some = subject.kind === "edge" ? [edges.get(subject.id)] : touching.get(subject.id);
    const seen = some.filter((edge) => inSight === null || inSight.edges.has(edge.id));
    const found = { nodes: new Set(seen.flatMap((edge) => [edge.source, edge.target])), edges: new Set(seen.map((edge) => edge.id)) };
    if (subject.kind === "node") found.nodes.add(subject.id);
    return found;
  };
  const isChosen = (id) => [pointed, chosen].some((one) => one !== null && one.kind === "node" && one.id === id);
  const labelled = (ctx, node, width) => {
    if (!wrapped.has(node.id)) {
      let made = null;
      for (const type of TYPE) {
        ctx.font = `${type.font}px ${FAMILY}`;
        made = { type, text: lines(ctx, node.label, width, type.most) };
        if (!made.text.at(-1).endsWith("…")) break;
      }
      wrapped.set(node.id, made);
    }
    return wrapped.get(node.id);
  };

  function drawCard(ctx, node, x, y) {
    const { width, height } = CARD;
    const [left, top] = [x - width / 2, y - height / 2];
    ctx.save();
    ctx.beginPath();
    ctx.roundRect(left, top, width, height, 6);
    ctx.fillStyle = look.card;
    ctx.fill();
    ctx.globalAlpha = kept !== null && !kept.nodes.has(node.id) ? 0.45 : 1;
    const strong = isChosen(node.id) || scene.focus === node.id;
    ctx.lineWidth = strong ? 2.5 : 1;
    ctx.strokeStyle = isChosen(node.id) ? look.strong : look.lit(node.colour);
    ctx.stroke();
    outline(ctx, scene.outlines[node.shape], left + CARD.left / 2 + 1, y, CARD.glyph);
    ctx.fillStyle = look.lit(node.colour);
    ctx.fill();
    const count = node.more ? `+${node.more}` : node.members.length > 1 ? String(node.members.length) : "";
    ctx.font = `600 9.5px ${FAMILY}`;
    const room = count ? ctx.measureText(count).width + 10 : 0;
    ctx.textBaseline = "middle";
    if (count) {
      ctx.beginPath();
      ctx.roundRect(left + width - room - 2, y - 7, room - 1, 14, 7);
      ctx.fillStyle = look.paper;
      ctx.fill();
      ctx.fillStyle = node.more ? look.strong : look.quiet;
      ctx.textAlign = "center";
      ctx.fillText(count, left + width - room / 2 - 2.5, y + 0.5);
    }
    const { type, text } = labelled(ctx, node, width - CARD.left - room - 5);
    ctx.font = `${type.font}px ${FAMILY}`;
    ctx.fillStyle = look.ink;
    ctx.textAlign = "left";
    text.forEach((line, at) => ctx.fillText(line, left + CARD.left, y + (at - (text.length - 1) / 2) * type.line + 0.5));
    ctx.restore();
  }

  function drawDot(ctx, node, x, y) {
    const faint = kept !== null && !kept.nodes.has(node.id);
    ctx.save();
    ctx.globalAlpha = faint ? 0.25 : 1;
    outline(ctx, scene.outlines[node.shape], x, y, DOT);
    ctx.fillStyle = look.lit(node.colour);
    ctx.fill();
    if (isChosen(node.id)) {
      ctx.lineWidth = 3;
      ctx.strokeStyle = look.strong;
      ctx.stroke();
    }
    ctx.restore();
  }

  // Names stand beside their dots on the paper, so that lines do not run through them.
  const names = namesOf(() => look, free);
  const written = { headings: [], names: [] };
  const draw = dots ? drawDot : drawCard;
  const size = dots ? { width: 2 * DOT, height: 2 * DOT } : { width: CARD.width, height: CARD.height };
  const renderer = ({ ctx, id, x, y }) => ({
    drawNode: () => (inSight === null || inSight.nodes.has(id)) && draw(ctx, nodes.get(id), x, y),
    nodeDimensions: size,
  });
  const strokes = strokesOf(scene, dots ? DOT : CARD.width / 2, dots);
  const visNodes = new vis.DataSet(scene.vis.nodes.map((node) => ({ ...node, fixed: true, shape: "custom", ctxRenderer: renderer })));
  const options = {
    ...scene.vis.options,
    autoResize: false,
    interaction: {
      ...scene.vis.options.interaction,
      hover: true,
      tooltipDelay: 1e9,
      zoomSpeed: 0.6,
    },
    layout: { improvedLayout: false },
  };
  delete options.configure;

  const ys = scene.nodes.map((node) => node.y);
  const box = {
    left: Math.min(...xs) - half.x - 8,
    right: Math.max(Math.max(...xs) + half.x, ...scene.edges.flatMap(({ path }) => path.filter((_, at) => at % 2 === 0))) + (dots ? free : 8),
    top: Math.min(...ys) - half.y - (scene.headings.length ? (dots ? 54 : 44) : 12),
    bottom: Math.max(...ys) + half.y + (dots ? 24 : 12),
  };
  const extent = { width: box.right - box.left, height: box.bottom - box.top };
  const middle = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };

  // As large as the width allows; a narrow screen shows the first columns and is dragged.
  const room = () => {
    const width = element.clientWidth;
    const tall = Math.min(620, window.innerHeight * 0.68);
    if (width < NARROW) {
      const scale = !dots ? 0.78 : nodes.size <= ROOMY ? 0.75 : 0.5;
      return { width, scale, height: Math.min(tall, Math.max(160, extent.height * scale)) };
    }
    const scale = Math.min(dots ? 1 : 1.15, width / extent.width);
    return { width, scale, height: Math.max(140, dots ? Math.min(extent.height * scale, 1.1 * window.innerHeight) : extent.height * scale) };
  };
  element.style.height = `${Math.round(room().height)}px`;
  const network = new vis.Network(element, { nodes: visNodes, edges: new vis.DataSet() }, options);
  // The keyboard stops at the picture once.
  element.firstElementChild.tabIndex = -1;
  const hearers = [];
  const move = (view) => {
    network.moveTo({ animation: false, ...view });
    for (const hear of hearers) hear();
  };
  const fitted = () => {
    const { width, scale, height } = room();
    element.style.height = `${Math.round(height)}px`;
    network.setSize("100%", `${Math.round(height)}px`);
    network.redraw();
    const wide = extent.width * scale <= width + 1;
    const x = wide ? middle.x : box.left + width / scale / 2;
    const y = extent.height * scale <= height + 1 ? middle.y : box.top + height / scale / 2;
    move({ position: { x, y }, scale });
  };
  const whole = () => move({ position: middle, scale: Math.min(element.clientWidth / extent.width, element.clientHeight / extent.height) });
  fitted();

  network.on("beforeDrawing", (ctx) => {
    ctx.save();
    ctx.fillStyle = look.quiet;
    written.headings = drawHeadings(ctx, scene.headings, box, dots ? Math.max(1, 0.8 / network.getScale()) : 1);
    ctx.restore();
    strokes.drawAll(ctx, kept !== null ? FADED : dots ? 0.45 : 0.65, network.getScale(), sight());
    if (kept !== null) strokes.drawSome(ctx, kept.edges);
  });
  // A sign that has no free place of its own is drawn in the middle of its line while that is pointed at or chosen.
  const spotOf = ({ id, sign_at: spot }) => (spot === null ? strokes.at(id, 0.5) : { x: spot[0], y: spot[1] });
  network.on("afterDrawing", (ctx) => {
    const scale = network.getScale();
    ctx.save();
    const crowded = dots && scale < SIGNED;
    if (!crowded || kept !== null) {
      for (const edge of scene.edges) {
        if (kept !== null && (!kept.edges.has(edge.id) || kept.edges.size > 60)) continue;
        const alone = kept !== null && kept.edges.size === 1;
        if ((edge.sign_at !== null || alone) && (inSight === null || inSight.edges.has(edge.id))) sign(ctx, edge, spotOf(edge));
      }
    }
    if (dots) {
      const view = sight();
      const { name, drawn } = names(ctx, scale);
      const first = (node) => (isChosen(node.id) ? 0 : 1);
      for (const node of [...ranked].sort((a, b) => first(a) - first(b))) {
        if (node.x + free < view.left || node.x > view.right || node.y < view.top || node.y > view.bottom) continue;
        if (inSight !== null && !inSight.nodes.has(node.id)) continue;
        const close = scale >= NAMED;
        const wanted = kept !== null ? kept.nodes.has(node.id) && (kept.nodes.size < 40 || close) : close || hubs.has(node.id);
        if (wanted || isChosen(node.id)) name(node, !close || isChosen(node.id), isChosen(node.id));
      }
      written.names = drawn;
    }
    ctx.restore();
  });

  const refresh = () => {
    kept = near(pointed ?? chosen);
    network.redraw();
  };
  const point = (subject) => {
    pointed = subject;
    element.style.cursor = subject === null ? "" : "pointer";
    told.pointed(subject === null ? null : subject.kind === "node" ? nodes.get(subject.id) : edges.get(subject.id), subject?.kind);
    refresh();
  };
  const shown = (id) => nodes.has(id) && (inSight === null || inSight.nodes.has(id));
  let overNode = false;
  network.on("hoverNode", ({ node }) => {
    overNode = shown(node);
    if (overNode) point({ kind: "node", id: node });
  });
  network.on("blurNode", () => {
    overNode = false;
    point(null);
  });
  const edgeAt = (canvas, reach) => strokes.find(canvas, reach / network.getScale());
  let waiting = false;
  element.addEventListener("mousemove", (event) => {
    if (waiting || overNode || event.buttons) return;
    waiting = true;
    const box = element.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    requestAnimationFrame(() => {
      waiting = false;
      if (overNode) return;
      const edge = edgeAt(network.DOMtoCanvas(at), REACH);
      if ((edge?.id ?? null) !== (pointed?.kind === "edge" ? pointed.id : null)) point(edge === null ? null : { kind: "edge", id: edge.id });
    });
  });
  element.addEventListener("mouseleave", () => pointed !== null && point(null));
  // A card or dot is meant also by who clicks a little beside it.
  const nodeAt = (canvas, reach) => {
    let found;
    let least = reach;
    for (const node of scene.nodes) {
      const apart = Math.max(Math.abs(canvas.x - node.x) - half.x, Math.abs(canvas.y - node.y) - half.y);
      if (apart <= least && shown(node.id)) [found, least] = [node.id, apart];
    }
    return found;
  };
  network.on("click", ({ nodes: [hit], pointer, event }) => {
    network.unselectAll();
    const reach = (event?.pointerType === "touch" ? 2 * BESIDE : BESIDE) / network.getScale();
    const node = shown(hit) ? hit : nodeAt(pointer.canvas, reach);
    const edge = shown(node) ? null : edgeAt(pointer.canvas, event?.pointerType === "touch" ? 2.5 * REACH : REACH);
    if (shown(node)) told.chosen("node", nodes.get(node));
    else if (edge !== null) told.chosen("edge", edge);
  });
  network.on("dragEnd", () => hearers.forEach((hear) => hear()));
  network.on("zoom", () => hearers.forEach((hear) => hear()));
  const sight = () => {
    const [a, b] = [network.DOMtoCanvas({ x: 0, y: 0 }), network.DOMtoCanvas({ x: element.clientWidth, y: element.clientHeight })];
    return { left: a.x, right: b.x, top: a.y, bottom: b.y };
  };
  const bring = (node) => {
    const { left, right, top, bottom } = sight();
    const inside = node.x - half.x >= left && node.x + half.x <= right && node.y - half.y >= top && node.y + half.y <= bottom;
    if (!inside) move({ position: { x: node.x, y: node.y } });
  };
  const zoom = (factor) => move({ scale: network.getScale() * factor });
  wireKeys(element, {
    nodes: () => scene.nodes.filter((node) => inSight === null || inSight.nodes.has(node.id)),
    at: () => (pointed?.kind === "node" ? nodes.get(pointed.id) : null),
    point: (node) => {
      point(node === null ? null : { kind: "node", id: node.id });
      if (node !== null) bring(node);
    },
    open: (node) => told.chosen("node", node),
    zoom,
  });

  // The wheel scrolls the page; with Ctrl (as pinching on a touchpad sends it) it zooms the picture.
  element.addEventListener("wheel", (event) => event.ctrlKey || event.stopPropagation(), { capture: true });
  const theme = window.matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => {
    look = colours(element);
    refresh();
  };
  theme.addEventListener("change", repaint);
  // Paper is white, whatever the screen is.
  const printing = ({ type }) => {
    document.documentElement.toggleAttribute("data-printing", type === "beforeprint");
    repaint();
  };
  for (const type of ["beforeprint", "afterprint"]) window.addEventListener(type, printing);
  let width = element.clientWidth;
  const resized = new ResizeObserver(() => {
    if (element.clientWidth !== width) {
      width = element.clientWidth;
      fitted();
    }
  });
  resized.observe(element);

  // Bring what is chosen out from under the panel, which covers `covered` pixels at the right.
  let shifted = false;
  const uncover = (covered) => {
    if (covered === 0 || chosen === null || kept === null || dots) {
      if (shifted) fitted();
      return void (shifted = false);
    }
    const some = [...kept.nodes].map((id) => network.getPosition(id).x);
    const [left, right] = [Math.min(...some) - half.x - 16, Math.max(...some) + half.x + 16];
    const free = element.clientWidth - covered;
    if (network.canvasToDOM({ x: right, y: 0 }).x <= free) return;
    const top = network.DOMtoCanvas({ x: 0, y: 0 }).y;
    const scale = Math.max(0.5, Math.min(network.getScale(), free / (right - left)));
    move({ position: { x: right + (element.clientWidth / 2 - free) / scale, y: top + element.clientHeight / 2 / scale }, scale });
    shifted = true;
  };

  return {
    choose(subject, covered) {
      chosen = subject;
      pointed = null;
      refresh();
      uncover(covered);
    },
    // Show only these nodes and edges; places stay.
    sift(now) {
      const all = now.nodes.size === nodes.size && now.edges.size === edges.size;
      inSight = all ? null : now;
      strokes.keep(inSight === null ? null : inSight.edges);
      refresh();
    },
    // Bring out one chain: the edges that its claims are behind; null for none.
    trace(claims) {
      const some = claims === null ? null : scene.edges.filter((edge) => edge.claims.some((claim) => claims.includes(claim)));
      chain = some === null ? null : { nodes: new Set(some.flatMap((edge) => [edge.source, edge.target])), edges: new Set(some.map((edge) => edge.id)) };
      refresh();
    },
    goTo: (x) => move({ position: { x: Math.min(Math.max(x, box.left + element.clientWidth / network.getScale() / 2), box.right), y: (sight().top + sight().bottom) / 2 } }),
    fits: () => extent.width * network.getScale() <= element.clientWidth + 2,
    moved: (hear) => hearers.push(hear),
    sight,
    zoom,
    whole,
    destroy() {
      theme.removeEventListener("change", repaint);
      for (const type of ["beforeprint", "afterprint"]) window.removeEventListener(type, printing);
      resized.disconnect();
      network.destroy();
    },
    inspect: () => ({
      scale: network.getScale(),
      written,
      at: (id) => network.canvasToDOM(network.getPosition(id)),
      between: (id) => network.canvasToDOM(spotOf(edges.get(id))),
      sight: inSight === null ? null : { nodes: [...inSight.nodes], edges: [...inSight.edges] },
      kept: kept === null ? null : { nodes: [...kept.nodes], edges: [...kept.edges] },
    }),
  };
}
