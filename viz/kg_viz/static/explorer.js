// The page: one picture, one table, one panel; the address says what is shown and selected. Works on the server's
// page, which fetches, and in a drawn file, which holds everything itself.

import { drawCanvas } from "./canvas.js";
import { fill, h } from "./dom.js";
import { wireLanes } from "./lanes.js";
import { dossierElements } from "./panel.js";
import { wireSearch } from "./search.js";
import { fillForm, filtersOf, pairsOf, sift } from "./sift.js";
import { KINDS, siteOf } from "./sites.js";

const byId = (id) => document.getElementById(id);
let current = null;

function start(scene, dossiers) {
  const site = siteOf(scene, dossiers);
  const { said } = site;
  const [panel, element, hover, form] = ["panel", "canvas", "hover", "filters"].map(byId);
  const edges = new Map(scene.edges.map((edge) => [edge.id, edge]));
  const nodeOf = new Map(scene.nodes.flatMap((node) => node.members.map((id) => [id, node])));
  const edgeOf = new Map(scene.edges.flatMap((edge) => edge.claims.map((id) => [id, edge])));
  const rows = [...document.querySelectorAll("tr[data-edge]")];
  let opener = null;
  let turn = 0;

  const canvas = element
    ? drawCanvas(element, scene, {
        pointed: (one, kind) => {
          if (one === null) hover.textContent = said.hover_hint;
          else if (kind === "node") hover.textContent = `${one.label} · ${one.type_label}`;
          else {
            const several = one.claims.length > 1 ? ` · ${fill(said.several, { n: one.claims.length })}` : "";
            hover.textContent = `${one.sentence} · ${said.col_expected} ${one.expected.toFixed(2)}${several}${one.contested ? ` · ! ${said.contested}` : ""}`;
          }
        },
        chosen: (kind, one) => {
          if (kind === "node") go("entity", one.id);
          else if (one.claims.length === 1) go("claim", one.claims[0]);
          else go("edge", one.id);
        },
      })
    : null;

  const briefOf = (id) => {
    const claim = scene.claims[id];
    if (claim.sentence) return claim;
    const { sentence, sign, expected, contested } = edgeOf.get(id);
    return { id, sentence, sign, expected, contested };
  };
  const dossierOf = async (kind, id) => {
    if (kind !== "edge") return site.dossier(kind, id);
    const edge = edges.get(id);
    if (!edge) throw new Error(id);
    return { kind, id, title: edge.sentence, contested: edge.contested, claims: edge.claims.map(briefOf) };
  };
  const selected = () => {
    const query = site.query();
    const kind = KINDS.find((one) => query.get(one));
    return kind ? { kind, id: query.get(kind) } : null;
  };

  async function select(focus) {
    const chosen = selected();
    const mine = ++turn;
    const edge = chosen?.kind === "edge" ? edges.get(chosen.id) : chosen?.kind === "claim" ? edgeOf.get(chosen.id) : undefined;
    const node = chosen?.kind === "entity" ? nodeOf.get(chosen.id) : undefined;
    panel.hidden = chosen === null;
    const beside = !panel.hidden && panel.offsetWidth < document.documentElement.clientWidth;
    const subject = edge ? { kind: "edge", id: edge.id } : node ? { kind: "node", id: node.id } : null;
    canvas?.choose(subject, beside ? panel.offsetWidth : 0);
    for (const row of rows) row.classList.toggle("chosen", row.dataset.edge === edge?.id);
    if (chosen === null) return;
    if (!panel.hasChildNodes()) panel.replaceChildren(h("p", { class: "quiet" }, said.loading_details));
    let parts;
    try {
      const own = scene.nodes.find((one) => one.id === chosen.id);
      const found = await dossierOf(chosen.kind, chosen.id);
      parts = dossierElements({ ...found, members: own?.members.length ?? 1 }, { ...site, lang: scene.lang, actions: () => site.actions(chosen.id, own) });
    } catch (fault) {
      const close = h("a", { class: "close", href: site.href("", ""), "data-kind": "", "data-id": "", "aria-label": said.close }, "×");
      parts = [close, h("p", { class: "fault" }, fill(said.details_failed, { why: fault.message }))];
    }
    if (mine !== turn) return;
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
    if (focus) (panel.querySelector("h2") ?? panel).focus({ preventScroll: true });
  }

  function go(kind, id) {
    if (panel.hidden) opener = document.activeElement;
    history.pushState(null, "", site.href(kind, id));
    select(true);
    if (!kind && opener?.isConnected) opener.focus({ preventScroll: true });
  }

  function filter() {
    const filters = filtersOf(site.query());
    const now = sift(scene, filters);
    if (form) fillForm(form, filters);
    canvas?.sift(now);
    for (const row of rows) row.hidden = !now.edges.has(row.dataset.edge);
    const some = now.edges.size < scene.edges.length || now.nodes.size < scene.nodes.length;
    const note = byId("sifted");
    if (note) note.hidden = !some;
    if (note) note.textContent = fill(said.sifted, { shown: now.edges.size, all: scene.edges.length });
    const count = byId("filtered");
    if (count) count.hidden = !some && !document.querySelector(".caveats + .caveats");
  }

  function wireFilters() {
    const local = ["type", "relation", "min_expected", "contested"];
    form.addEventListener("input", ({ target }) => {
      if (!local.includes(target.name)) return;
      const group = [...form.querySelectorAll(`input[name=${target.name}]`)];
      if (target.type === "checkbox" && group.length > 1 && !group.some((box) => box.checked)) target.checked = true;
      history.replaceState(null, "", site.filtered(pairsOf(form)));
      filter();
    });
    form.addEventListener("change", ({ target }) => {
      if (site.online && !local.includes(target.name) && form.reportValidity()) sent(form);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (site.online) sent(form);
    });
    byId("all").addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", site.filtered([]));
      filter();
    });
  }

  const sent = (some) => {
    const pairs = [...new FormData(some)].filter(([name, value]) => value && !["type", "relation", "min_expected", "contested"].includes(name));
    visit(`/?${new URLSearchParams([...pairs, ...(some === form ? pairsOf(form) : [])])}`);
  };

  function wireEnds(ends) {
    for (const name of ["source", "target"]) {
      const input = byId(name);
      wireSearch(input, site, (_, id, label) => {
        input.value = label;
        input.dataset.id = id;
        input.dataset.label = label;
      });
      input.dataset.label = input.value;
    }
    ends.addEventListener("submit", (event) => {
      event.preventDefault();
      const pairs = [...new FormData(ends)].map(([name, value]) => {
        const { id, label } = byId(name)?.dataset ?? {};
        return [name, id && value === label ? id : value];
      });
      visit(`/?${new URLSearchParams(pairs.filter(([, value]) => value))}`);
    });
  }

  const input = byId("q");
  wireSearch(input, site, (kind, id) => {
    input.value = "";
    go(kind, id);
  });
  if (!site.online) input.form.addEventListener("submit", (event) => event.preventDefault());
  if (form) wireFilters();
  if (byId("ends")) wireEnds(byId("ends"));
  for (const item of document.querySelectorAll("li[data-chain]")) {
    const trace = (on) => canvas?.trace(on ? scene.chains[item.dataset.chain].claims : null);
    for (const [event, on] of [["mouseenter", true], ["focus", true], ["mouseleave", false], ["blur", false]]) item.addEventListener(event, () => trace(on));
  }
  if (canvas) {
    document.querySelector(".tools").hidden = false;
    byId("zoom-in").addEventListener("click", () => canvas.zoom(1.25));
    byId("zoom-out").addEventListener("click", () => canvas.zoom(0.8));
    byId("fit").addEventListener("click", () => canvas.whole());
    wireLanes(byId("lanes"), scene, canvas, said);
    window.evidencePicture = canvas;
    performance.mark("picture-drawn");
  }
  filter();
  select(false);
  current = { site, go, select, filter, canvas, scene, view: viewOf() };
  document.documentElement.dataset.ready = "yes";
}

// What of an address needs another picture; the rest is selection and filters.
function viewOf() {
  const query = new URLSearchParams(location.search);
  for (const name of [...KINDS, "type", "relation", "min_expected", "contested", "q"]) query.delete(name);
  return `${location.pathname}?${query}`;
}

// Show another view of the server without leaving the page: its elements take the place of ours.
async function visit(address, { pushed = false } = {}) {
  const bar = document.querySelector(".stage");
  bar?.setAttribute("aria-busy", "true");
  let text;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) throw new Error(String(answer.status));
    text = await answer.text();
  } catch {
    location.assign(address);
    return;
  }
  const made = new DOMParser().parseFromString(text, "text/html");
  const scene = made.getElementById("scene");
  if (!scene) {
    location.assign(address);
    return;
  }
  if (!pushed) history.pushState(null, "", address);
  const open = byId("sheet")?.open ?? false;
  current?.canvas?.destroy();
  document.documentElement.dataset.ready = "no";
  document.documentElement.lang = made.documentElement.lang;
  document.title = made.title;
  document.body.replaceChildren(...made.body.childNodes);
  byId("sheet").open = open;
  start(JSON.parse(scene.textContent), null);
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || current === null) return;
  const link = event.target.closest("a[data-kind]") ?? (event.target.closest("a") ? null : event.target.closest("tr[data-edge]")?.querySelector("a[data-kind]"));
  if (link) {
    event.preventDefault();
    current.go(link.dataset.kind, link.dataset.id);
    return;
  }
  const move = event.target.closest("a[data-move], .levels a, .undo a");
  if (move && current.site.online) {
    event.preventDefault();
    visit(move.getAttribute("href"));
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current !== null && !byId("panel").hidden && event.target.id !== "q") current.go("", "");
});
window.addEventListener("popstate", () => {
  if (current === null) return;
  if (current.site.online && viewOf() !== current.view) visit(location.href, { pushed: true });
  else {
    current.filter();
    current.select(false);
  }
});

function main() {
  const waiting = document.querySelector(".waiting[hidden]");
  if (waiting) waiting.hidden = false;
  try {
    const scene = JSON.parse(byId("scene").textContent);
    const dossiers = byId("dossiers");
    performance.mark("scene-loaded");
    start(scene, dossiers ? JSON.parse(dossiers.textContent) : null);
  } catch (fault) {
    const message = document.body.dataset.failed ?? "{why}";
    document.querySelector(".stage")?.append(h("p", { class: "fault", role: "alert" }, fill(message, { why: fault.message })));
    document.documentElement.dataset.ready = "failed";
  }
}

main();
