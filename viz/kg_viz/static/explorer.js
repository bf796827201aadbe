// The page: one picture, one table, one panel; the address says what is selected. Works on the server's page, which
// fetches, and in a drawn file, which holds everything itself.

import { drawCanvas } from "./canvas.js";
import { fill, h } from "./dom.js";
import { dossierElements } from "./panel.js";
import { wireSearch } from "./search.js";

const KINDS = ["claim", "edge", "entity", "work"];
const panel = document.getElementById("panel");
const element = document.getElementById("canvas");
const hover = document.getElementById("hover");
const held = document.getElementById("scene");

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.title ?? String(answer.status));
  return body;
}

// Where the drawn file or the server keeps things, and how a selection is written into the address.
function siteOf(scene) {
  const said = scene.words;
  if (held) {
    const dossiers = JSON.parse(document.getElementById("dossiers").textContent);
    const labels = Object.entries(dossiers).map(([key, one]) => ({ key, label: one.title, words: `${one.title} ${(one.aliases ?? []).join(" ")}`.toLowerCase() }));
    return {
      said,
      online: false,
      href: (kind, id) => (kind ? `#${kind}=${encodeURIComponent(id)}` : "#"),
      selected: () => {
        const [kind, id] = location.hash.slice(1).split("=");
        return KINDS.includes(kind) && id ? { kind, id: decodeURIComponent(id) } : null;
      },
      dossier: async (kind, id) => {
        const found = dossiers[`${kind}/${id}`];
        if (!found) throw new Error(id);
        return found;
      },
      find: async (text) => {
        const items = labels.filter((one) => one.words.includes(text.toLowerCase())).slice(0, 12);
        return { items: items.map((one) => ({ kind: one.key.split("/")[0], id: one.key.slice(one.key.indexOf("/") + 1), label: one.label })) };
      },
      address: () => null,
    };
  }
  const { dossiers, search } = document.body.dataset;
  const changed = (set, unset) => {
    const query = new URLSearchParams(location.search);
    for (const name of unset) query.delete(name);
    for (const [name, value] of Object.entries(set)) query.append(name, value);
    return query.size ? `?${query}` : location.pathname;
  };
  const criteria = () => {
    const query = new URLSearchParams(location.search);
    for (const name of [...KINDS, "q", "focus", "hops", "open", "lang"]) query.delete(name);
    query.set("lang", scene.lang);
    return query;
  };
  return {
    said,
    online: true,
    href: (kind, id) => changed(kind ? { [kind]: id } : {}, [...KINDS, "q"]),
    selected: () => {
      const query = new URLSearchParams(location.search);
      const kind = KINDS.find((one) => query.has(one));
      return kind ? { kind, id: query.get(kind) } : null;
    },
    dossier: (kind, id) => fetched(`${dossiers}${kind}/${encodeURIComponent(id)}?${criteria()}`),
    find: (text) => fetched(`${search}?${new URLSearchParams({ q: text, limit: "12", lang: scene.lang })}`),
    address: (set, unset) => changed(set, unset),
  };
}

function start(scene) {
  const site = siteOf(scene);
  const { said } = site;
  const edges = new Map(scene.edges.map((edge) => [edge.id, edge]));
  const nodeOf = new Map(scene.nodes.flatMap((node) => node.members.map((id) => [id, node])));
  const edgeOf = new Map(scene.edges.flatMap((edge) => edge.claims.map((id) => [id, edge])));
  let opener = null;
  let turn = 0;

  site.actions = (dossier) => {
    const node = nodeOf.get(dossier.id);
    const links = [];
    if (!site.online) return links;
    if (node && node.id === dossier.id && node.members.length > 1) links.push(h("a", { href: site.address({ open: dossier.id }, ["edge"]) }, said.unfold));
    if (scene.focus !== dossier.id) links.push(h("a", { href: site.address({ focus: dossier.id }, [...KINDS, "focus", "open"]) }, said.show_around));
    return links;
  };

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

  const dossierOf = async (kind, id) => {
    if (kind !== "edge") return site.dossier(kind, id);
    const edge = edges.get(id);
    if (!edge) throw new Error(id);
    return { kind, id, title: edge.sentence, contested: edge.contested, claims: edge.claims.map((claim) => scene.claims[claim]) };
  };

  async function select(focus) {
    const chosen = site.selected();
    const mine = ++turn;
    const edge = chosen?.kind === "edge" ? edges.get(chosen.id) : chosen?.kind === "claim" ? edgeOf.get(chosen.id) : undefined;
    const node = chosen?.kind === "entity" ? nodeOf.get(chosen.id) : undefined;
    panel.hidden = chosen === null;
    const beside = !panel.hidden && panel.offsetHeight >= window.innerHeight;
    const subject = edge ? { kind: "edge", id: edge.id } : node ? { kind: "node", id: node.id } : null;
    canvas?.choose(subject, beside ? panel.offsetWidth : 0);
    for (const row of document.querySelectorAll("tr[data-edge]")) row.classList.toggle("chosen", row.dataset.edge === edge?.id);
    if (chosen === null) return;
    if (!panel.hasChildNodes()) panel.replaceChildren(h("p", { class: "quiet" }, said.loading_details));
    let parts;
    try {
      parts = dossierElements(await dossierOf(chosen.kind, chosen.id), site);
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

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-kind]") ?? event.target.closest("tr[data-edge]")?.querySelector("a[data-kind]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(link.dataset.kind, link.dataset.id);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden && event.target.id !== "q") go("", "");
  });
  window.addEventListener("popstate", () => select(false));
  window.addEventListener("hashchange", () => select(false));

  const input = document.getElementById("q");
  wireSearch(input, site, go);
  if (held) input.form.addEventListener("submit", (event) => event.preventDefault());
  if (canvas) {
    document.querySelector(".tools").hidden = false;
    document.getElementById("zoom-in").addEventListener("click", () => canvas.zoom(1.25));
    document.getElementById("zoom-out").addEventListener("click", () => canvas.zoom(0.8));
    document.getElementById("fit").addEventListener("click", () => canvas.whole());
    window.evidencePicture = canvas;
    performance.mark("picture-drawn");
  }
  document.documentElement.dataset.ready = "yes";
  select(false);
}

async function main() {
  const waiting = document.querySelector(".waiting[hidden]");
  if (waiting) waiting.hidden = false;
  try {
    const scene = held ? JSON.parse(held.textContent) : await fetched(document.body.dataset.scene);
    performance.mark("scene-loaded");
    start(scene);
  } catch (fault) {
    const message = document.body.dataset.failed ?? "{why}";
    document.querySelector(".stage")?.append(h("p", { class: "fault", role: "alert" }, fill(message, { why: fault.message })));
    document.documentElement.dataset.ready = "failed";
  }
}

main();
