// The search box: suggestions below it, moved through by arrow keys (ARIA 1.2 combobox).

import { h } from "./dom.js";

const PAUSE = 80;
const MOST = 12;

export function wireSearch(input, site, chosen) {
  const listId = input.id === "q" ? "suggestions" : `suggestions-${input.id}`;
  const only = input.dataset.kinds ?? null;
  const list = h("ul", { id: listId, class: "suggestions", role: "listbox", "aria-label": site.said.search_results, hidden: true });
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list" })) {
    input.setAttribute(name, value);
  }
  let items = [];
  let at = -1;
  let asked = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    at = items.length ? (place + items.length) % items.length : -1;
    [...list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    if (at >= 0) {
      input.setAttribute("aria-activedescendant", `${listId}-${at}`);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  };
  const choose = (item) => {
    close();
    chosen(item.kind, item.id, item.label);
  };
  const show = (found) => {
    items = found.items.filter((item) => only === null || item.kind === only).slice(0, MOST);
    list.replaceChildren(
      ...items.map((item, number) => {
        const option = h(
          "li",
          { id: `${listId}-${number}`, role: "option", "aria-selected": "false" },
          h("span", { class: "kind" }, site.said[`kind_${item.kind}`]),
          ` ${item.label}`,
        );
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(item);
        });
        return option;
      }),
      ...(items.length ? [] : [h("li", { class: "quiet" }, found.note ?? site.said.nothing_found)]),
    );
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(items.length ? 0 : -1);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    const turn = ++asked;
    if (!text) return close();
    timer = setTimeout(async () => {
      let found;
      try {
        found = await site.find(text);
      } catch (fault) {
        found = { items: [], note: fault.message };
      }
      if (turn === asked) show(found);
    }, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) choose(items[at]);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
}
