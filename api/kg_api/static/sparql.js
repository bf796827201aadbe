// The query editor: run by keyboard, send long queries as a body, draw rows as a picture. All works without it but the picture.

const form = document.getElementById("ask");
const editor = document.getElementById("query");

function fits() {
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  return address.length < Number(form.dataset.most) - 500;
}

form.addEventListener("submit", () => {
  form.method = fits() ? "get" : "post";
  const button = form.querySelector("button[type=submit]");
  // After the submission has begun, since a disabled button would stop it.
  setTimeout(() => button.setAttribute("disabled", ""));
});

// A page that comes back from the history must be ready to ask again.
addEventListener("pageshow", () => form.querySelector("button[type=submit]").removeAttribute("disabled"));

// On a narrow screen the answer matters more than the list above it; on a wide one the chosen question is in sight.
const list = document.querySelector(".questions");
if (matchMedia("(max-width: 799px)").matches && document.querySelector(".answer") !== null) list.open = false;
const current = list.querySelector("[aria-current]");
if (current !== null) {
  const room = list.querySelector(".list");
  room.scrollTop = current.offsetTop - room.offsetTop - room.clientHeight / 3;
}

editor.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

function look(name) {
  return getComputedStyle(document.body).getPropertyValue(name).trim();
}

function draw(element, drawn) {
  const [ink, card, quiet, paper] = ["--ink", "--card", "--quiet", "--paper"].map(look);
  const nodes = drawn.nodes.map((node) => ({
    id: node.id,
    label: node.label,
    shape: "box",
    color: { background: card, border: node.colour, highlight: { background: paper, border: node.colour } },
    font: { color: ink, size: 14 },
    borderWidth: 1.5,
    widthConstraint: { maximum: 160 },
    margin: 7,
  }));
  const edges = drawn.edges.map((edge, id) => ({
    id,
    from: edge.from,
    to: edge.to,
    label: edge.label || undefined,
    color: { color: quiet },
    font: { color: quiet, size: 11, strokeWidth: 3, strokeColor: card },
    arrows: { to: { enabled: true, scaleFactor: 0.5 } },
  }));
  const options = {
    layout: { randomSeed: 7, improvedLayout: nodes.length <= 60 },
    physics: { solver: "forceAtlas2Based", forceAtlas2Based: { gravitationalConstant: -90, springLength: 110, avoidOverlap: 0.6 }, stabilization: { iterations: 250 } },
    interaction: { hover: true, zoomView: true, multiselect: false },
  };
  const network = new globalThis.vis.Network(element, { nodes, edges }, options);
  network.once("stabilizationIterationsDone", () => network.setOptions({ physics: false }));
  element.dataset.drawn = "yes";
}

const source = document.getElementById("drawn");
if (source !== null) {
  const views = document.querySelector(".views");
  const parts = { table: document.getElementById("table"), picture: document.getElementById("picture") };
  views.hidden = false;
  views.addEventListener("click", (event) => {
    const chosen = event.target.dataset.view;
    if (!(chosen in parts)) return;
    for (const [name, part] of Object.entries(parts)) part.hidden = name !== chosen;
    for (const button of views.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.view === chosen));
    if (chosen === "picture" && parts.picture.dataset.drawn !== "yes") draw(parts.picture, JSON.parse(source.textContent));
  });
}
