// Where the server's page or a drawn file keeps things, and how a selection or a view is written into the address.

import { fill, h } from "./dom.js";
import { FILTERS } from "./sift.js";

export const KINDS = ["claim", "edge", "entity", "work", "gap"];
const VIEW = ["view", "focus", "hops", "expand", "hide", "open", "source", "target", "k"];
const ENDS = ["source", "target"];

export async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.title ?? String(answer.status));
  return body;
}

export function siteOf(scene, dossiers) {
  return dossiers === null ? online(scene) : onDisk(scene, dossiers);
}

function onDisk(scene, dossiers) {
  const labels = Object.entries(dossiers)
    .filter(([key]) => !key.startsWith("gap/"))
    .map(([key, one]) => ({ key, label: one.title, words: `${one.title} ${(one.aliases ?? []).join(" ")}`.toLowerCase() }));
  const query = () => new URLSearchParams(location.hash.slice(1));
  const written = (set) => (set.size ? `#${set}` : "#");
  return {
    said: scene.words,
    online: false,
    href: (kind, id) => {
      const set = query();
      for (const name of KINDS) set.delete(name);
      if (kind) set.set(kind, id);
      return written(set);
    },
    query,
    filtered: (pairs) => {
      const set = query();
      for (const name of FILTERS) set.delete(name);
      for (const [name, value] of pairs) set.append(name, value);
      return written(set);
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
    actions: () => [],
  };
}

function online(scene) {
  const { said } = { said: scene.words };
  const { dossiers, search } = document.body.dataset;
  const query = () => new URLSearchParams(location.search);
  const written = (set) => (set.size ? `?${set}` : location.pathname);
  const changed = (drop, values) => {
    const set = query();
    for (const name of [...drop, ...Object.keys(values)]) set.delete(name);
    for (const [name, value] of Object.entries(values)) set.append(name, value);
    return written(set);
  };
  const added = (name, value, drop = []) => {
    const set = new URLSearchParams([...query()].filter(([a, b]) => !drop.includes(a) && !(a === name && b === value)));
    set.append(name, value);
    return written(set);
  };
  const criteria = () => {
    const set = query();
    for (const name of [...KINDS, ...VIEW, ...FILTERS, "q", "rows", "lang"]) set.delete(name);
    set.set("lang", scene.lang);
    return set;
  };
  const selections = KINDS.slice(0, 4);
  return {
    said,
    online: true,
    href: (kind, id) => changed([...KINDS, "q"], kind ? { [kind]: id } : {}),
    query,
    filtered: (pairs) => {
      const set = new URLSearchParams([...query()].filter(([name]) => !FILTERS.includes(name)));
      for (const [name, value] of pairs) set.append(name, value);
      return written(set);
    },
    dossier: (kind, id) => fetched(`${dossiers}${kind}/${encodeURIComponent(id)}?${criteria()}`),
    find: (text) => fetched(`${search}?${new URLSearchParams({ q: text, limit: "20", lang: scene.lang })}`),
    // What can be done with an entity in the picture; the server says the same in `explorer_page.py`.
    actions: (id, node) => {
      const [around, view] = [scene.level === "focus", query()];
      const links = [];
      const link = (word, address, n = 0) => links.push(h("a", { href: address, "data-move": true }, fill(said[word], { n })));
      if (node && node.members.length > 1) link("unfold", added("open", id, ["edge"]));
      if (node && around && node.more) link("expand", added("expand", id), node.more);
      if (node && around && scene.focus !== id) link("hide", added("hide", id, selections));
      if (!around || scene.focus !== id) link("show_around", changed([...VIEW, "edge", "claim", "work"], { focus: id }));
      const others = VIEW.filter((name) => !ENDS.includes(name));
      if (view.get("target") !== id) link("chains_from", changed([...others, ...selections], { source: id }));
      if (view.get("source") !== id) link("chains_to", changed([...others, ...selections], { target: id }));
      return links;
    },
  };
}
