// Suggestions in the list of an input, from the search of the record; without this the list has what the page came with.

const PAUSE = 120;

export function wireSuggestions(input) {
  const list = document.getElementById(input.getAttribute("list"));
  const kind = input.dataset.suggest;
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  let timer = 0;
  let asked = 0;
  const fill = async (text) => {
    asked += 1;
    const mine = asked;
    const answer = await fetch(`/api/v1/search?${new URLSearchParams({ q: text, limit: "20", lang })}`).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const { items } = await answer.json();
    const known = new Set([...list.options].map((option) => option.value));
    for (const item of items.filter((one) => one.kind === kind && !known.has(one.id))) {
      const option = document.createElement("option");
      option.value = item.id;
      option.label = item.label;
      list.append(option);
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    if (text.length > 1) timer = setTimeout(() => fill(text), PAUSE);
  });
}
