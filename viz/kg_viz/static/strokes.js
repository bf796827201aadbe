// Edges: their curves, drawn in as few strokes as styles allow, and which one a pointer is on. vis-network draws nodes
// and moves the view; it would draw and restyle edges one by one, too slowly for some thousands.

const SAMPLES = 12;
const TIP = 6;
const MANY = 1200;
const CLOSE = 1.2;

// Between cards an edge is the curve that the scene gives; between dots it is straight, from rim to rim.
function curveOf(edge, a, b, half) {
  if (edge.path.length === 0) {
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const [p, q] = [{ x: a.x + ux * half, y: a.y + uy * half }, { x: b.x - ux * (half + 1), y: b.y - uy * (half + 1) }];
    return { at: (t) => ({ x: p.x + t * (q.x - p.x), y: p.y + t * (q.y - p.y) }), trace: (path) => (path.moveTo(p.x, p.y), path.lineTo(q.x, q.y)) };
  }
  const [x, y, x1, y1, x2, y2, x3, y3] = edge.path;
  return {
    at: (t) => {
      const [p, q, r, s] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
      return { x: p * x + q * x1 + r * x2 + s * x3, y: p * y + q * y1 + r * y2 + s * y3 };
    },
    trace: (path) => (path.moveTo(x, y), path.bezierCurveTo(x1, y1, x2, y2, x3, y3)),
  };
}

function tip(path, curve, size) {
  const [end, before] = [curve.at(1), curve.at(0.94)];
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  path.moveTo(end.x, end.y);
  for (const turn of [2.75, -2.75]) path.lineTo(end.x + size * Math.cos(angle + turn), end.y + size * Math.sin(angle + turn));
  path.closePath();
}

// Lines one by one: many in one path take longer. What is outside the view is left out.
function straight(context, lines, view) {
  for (const [a, b] of lines) {
    if (view !== null) {
      if (Math.max(a.x, b.x) < view.left || Math.min(a.x, b.x) > view.right) continue;
      if (Math.max(a.y, b.y) < view.top || Math.min(a.y, b.y) > view.bottom) continue;
    }
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
  }
}

function distance(x, y, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

export function strokesOf(scene, half, dots) {
  const nodes = new Map(scene.nodes.map((node) => [node.id, node]));
  const styles = new Map(scene.vis.edges.map((edge) => [edge.id, edge]));
  const samples = dots ? 1 : SAMPLES;
  const curves = new Map();
  const points = new Map();
  for (const edge of scene.edges) {
    const curve = curveOf(edge, nodes.get(edge.source), nodes.get(edge.target), half);
    curves.set(edge.id, curve);
    points.set(edge.id, Array.from({ length: samples + 1 }, (_, at) => curve.at(at / samples)));
  }

  // One path for all edges of one colour, dash and (rounded) width.
  const grouped = (some) => {
    const groups = new Map();
    for (const edge of some) {
      const { color, dashes, width } = styles.get(edge.id);
      const wide = Math.round(width * 2.5) / 2.5;
      const key = `${color.color} ${dashes} ${wide}`;
      if (!groups.has(key)) groups.set(key, { straight: [], colour: color.color, dashes: dashes || [], width: Math.max(0.4, wide), lines: new Path2D(), tips: new Path2D() });
      const group = groups.get(key);
      if (dots) group.straight.push(points.get(edge.id));
      else curves.get(edge.id).trace(group.lines);
      tip(group.tips, curves.get(edge.id), dots ? TIP : TIP + wide);
    }
    return [...groups.values()];
  };
  // `plain` lines are drawn without dash and at most a pixel wide.
  const draw = (context, groups, opacity, { plain = false, scale = 1, view = null } = {}) => {
    context.save();
    context.globalAlpha = opacity;
    for (const group of groups) {
      context.strokeStyle = context.fillStyle = group.colour;
      context.lineWidth = plain ? Math.min(group.width, 1 / scale) : group.width;
      context.setLineDash(plain ? [] : group.dashes);
      if (dots) straight(context, group.straight, view);
      else context.stroke(group.lines);
      context.fill(group.tips);
    }
    context.restore();
  };
  let all = grouped(scene.edges);
  let seen = scene.edges;

  return {
    at: (id, t) => curves.get(id).at(t),
    // Draw only these from now on; null for all.
    keep(ids) {
      seen = ids === null ? scene.edges : scene.edges.filter((edge) => ids.has(edge.id));
      all = grouped(seen);
    },
    // Dash and width of very many lines cannot be told from afar and take longest; they come with zooming in.
    drawAll: (context, opacity, scale, view) => draw(context, all, opacity, { plain: seen.length >= MANY && scale < CLOSE, scale, view }),
    drawSome: (context, ids) => draw(context, grouped(seen.filter((edge) => ids.has(edge.id))), 1),
    // The edge nearest to a point, at most `reach` away; null when there is none.
    find({ x, y }, reach) {
      let [best, least] = [null, reach];
      for (const edge of seen) {
        const line = points.get(edge.id);
        for (let at = 0; at + 1 < line.length; at += 1) {
          const [a, b] = [line[at], line[at + 1]];
          if (Math.min(a.x, b.x) > x + least || Math.max(a.x, b.x) < x - least || Math.min(a.y, b.y) > y + least || Math.max(a.y, b.y) < y - least) continue;
          const here = distance(x, y, a.x, a.y, b.x, b.y);
          if (here < least) [best, least] = [edge, here];
        }
      }
      return best;
    },
  };
}
