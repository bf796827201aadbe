// The side panel: what a dossier says, as elements. The server's template "scene/dossier.html" shows the same.

import { badge, bar, fill, glyph, h, outward } from "./dom.js";

// `site` gives `said` (words), `href(kind, id)`, and `actions(dossier)`, links that the page offers for it.
export function dossierElements(dossier, site) {
  const { said } = site;
  const inward = (kind, id, label) => h("a", { href: site.href(kind, id), "data-kind": kind, "data-id": id }, label);
  const quiet = (...children) => h("p", { class: "quiet" }, ...children);
  const flag = (text) => h("span", { class: "flag" }, text);

  const claims = (list) =>
    h(
      "ul",
      { class: "claims" },
      list.map((one) =>
        h(
          "li",
          {},
          badge(one.sign, said),
          " ",
          inward("claim", one.id, one.sentence),
          " ",
          h("span", { class: "quiet" }, one.expected.toFixed(2)),
          one.contested ? [" ", flag("!")] : null,
        ),
      ),
    );

  const facts = (one) => h("p", { class: "facts" }, one.facts.map((fact) => [h("span", {}, fact), " "]));

  // What is written in the language that the reader has not chosen says so.
  const statement = (one) =>
    h(
      "p",
      { class: "statement" },
      one.foreign
        ? [
            h("span", { lang: one.foreign === "zh" ? "zh-Hans" : one.foreign }, one.statement),
            " ",
            h("span", { class: "foreign" }, said[`foreign_${one.foreign}`]),
          ]
        : one.statement,
    );

  const item = (one) =>
    h(
      "li",
      { class: one.counts ? "item" : "item idle" },
      statement(one),
      one.quote ? h("p", { class: "quote" }, one.quote) : null,
      one.remark ? h("p", { class: "remark" }, one.remark) : null,
      h(
        "p",
        { class: "source" },
        inward("work", one.work, one.citation),
        one.work_title ? ` ${one.work_title}` : null,
        one.work_status ? [" ", flag(one.work_status)] : null,
        one.links.map((link) => [" ", outward(link)]),
      ),
      facts(one),
    );

  const listed = (key) =>
    dossier[key].length
      ? quiet(`${said[key]}${said.colon}`, dossier[key].map((one, at) => [at ? " · " : null, inward("entity", one.id, one.label)]))
      : null;

  const bodies = {
    claim: () => [
      h(
        "p",
        { class: "ends" },
        dossier.ends.map((end, at) => [at ? [" ", badge(dossier.sign, said), " "] : null, inward("entity", end.id, end.label)]),
      ),
      h(
        "div",
        { class: "belief", title: said.belief_help },
        bar(dossier.belief.low, dossier.belief.high, dossier.belief.expected),
        h("p", {}, dossier.summary),
      ),
      quiet(said.belief_help),
      dossier.notes.map((note) => quiet(note)),
      site.online ? h("p", { class: "actions" }, h("a", { href: `${dossier.doubt}&lang=${site.lang}` }, said.what_if)) : null,
      dossier.sides.map((side) => [
        h(
          "h3",
          { class: `side side${side.side}` },
          side.title,
          side.items.length ? [" ", h("span", { class: "count" }, String(side.items.length))] : null,
        ),
        side.note ? quiet(side.note) : null,
        h("ul", { class: "items" }, side.items.map(item)),
      ]),
    ],
    edge: () => [h("h3", {}, said.claims_behind), claims(dossier.claims)],
    entity: () => [
      dossier.definition ? h("p", {}, dossier.definition) : null,
      dossier.members > 1 ? quiet(fill(said.family_here, { n: dossier.members })) : null,
      h("p", { class: "actions" }, site.actions().map((link) => [link, " "])),
      listed("broader"),
      listed("narrower"),
      dossier.aliases.length ? quiet(`${said.aliases}${said.colon}${dossier.aliases.join(" · ")}`) : null,
      ["claims_out", "claims_in"].map((key) => [
        h("h3", {}, said[key]),
        dossier[key].length ? claims(dossier[key]) : quiet(said.no_claims),
      ]),
    ],
    gap: () => [
      dossier.routes.map((route) => [
        h("div", { class: "belief" }, bar(route.belief.low, route.belief.high, route.belief.expected)),
        h("p", {}, route.sentence),
        claims(route.claims),
      ]),
      h("h3", {}, said.rests_on),
      h("ul", { class: "claims" }, dossier.works.map((work) => h("li", {}, inward("work", work.id, work.label)))),
    ],
    work: () => [
      dossier.status ? h("p", {}, flag(dossier.status)) : null,
      h("p", {}, dossier.citation),
      dossier.authors.length ? quiet(dossier.authors.join("; ")) : null,
      h("p", { class: "actions" }, dossier.links.map((link) => [outward(link), " "])),
      h("h3", {}, said.works_cited),
      h(
        "ul",
        { class: "items" },
        dossier.items.map((one) =>
          h(
            "li",
            { class: one.counts ? "item" : "item idle" },
            h("p", {}, inward("claim", one.claim, one.claim_sentence), " ", h("span", { class: "count" }, one.stance)),
            statement(one),
            facts(one),
          ),
        ),
      ),
    ],
  };

  const kind = dossier.kind === "entity" ? [glyph(dossier.outline, dossier.colour), ` ${dossier.type}`] : [said[`kind_${dossier.kind}`]];
  const close = h("a", { class: "close", href: site.href("", ""), "data-kind": "", "data-id": "", "aria-label": said.close, title: said.close }, "×");
  return [
    h(
      "header",
      {},
      close,
      h("p", { class: "kind" }, kind),
      h("h2", { tabindex: "-1" }, dossier.title),
      dossier.contested ? h("p", {}, flag(`! ${said.contested}`)) : null,
    ),
    ...bodies[dossier.kind](),
    dossier.history?.length && site.online
      ? [
          h("h3", {}, said.history_of),
          h(
            "ol",
            { class: "past" },
            dossier.history.map((one) =>
              h("li", {}, h("a", { href: `/history/${one.number}?lang=${site.lang}` }, String(one.number)), ` ${one.act} · ${one.actor} · ${one.when}`),
            ),
          ),
        ]
      : null,
    dossier.page && site.online
      ? h(
          "p",
          { class: "quiet more" },
          h("a", { href: `${dossier.page}?lang=${site.lang}` }, said.page_of),
          " ",
          h("a", { href: `${dossier.page}?view=history&lang=${site.lang}` }, said.history_whole),
          " ",
          dossier.adds ? [h("a", { href: `${dossier.adds}&lang=${site.lang}` }, said.add_evidence), " "] : null,
          h("a", { href: dossier.api }, said.json),
        )
      : null,
  ]
    .flat(Infinity)
    .filter((part) => part !== null && part !== undefined);
}
