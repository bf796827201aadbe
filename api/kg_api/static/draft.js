// A draft survives a lost connection, an expired session and a closed tab: what is typed is kept in this browser until it
// has been sent. Without scripts, and without storage, the form works the same, and forgets.

const PREFIX = "evidence-kg draft ";
const KEPT = "input[name]:not([type=hidden]):not([type=password]), select[name], textarea[name]";

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

const shelf = storage();

function read(key) {
  try {
    return JSON.parse(shelf.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

for (const form of shelf ? document.querySelectorAll("form[data-draft]") : []) {
  const key = PREFIX + form.dataset.draft;
  const fields = [...form.querySelectorAll(KEPT)];
  const empty = fields.every((field) => field.type === "checkbox" || field.tagName === "SELECT" || field.value === "");
  const draft = read(key);
  if (empty) {
    for (const field of fields) {
      if (!(field.name in draft)) continue;
      if (field.type === "checkbox") field.checked = draft[field.name];
      else field.value = draft[field.name];
      const fold = field.closest("details");
      if (fold && field.value !== "" && field.tagName !== "SELECT") fold.open = true;
    }
  }
  form.addEventListener("input", () => {
    const now = Object.fromEntries(fields.map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]));
    try {
      shelf.setItem(key, JSON.stringify(now));
    } catch {
      // The storage is full or closed: the form still holds what was typed.
    }
  });
}

for (const done of shelf ? document.querySelectorAll("[data-sent]") : []) shelf.removeItem(PREFIX + done.dataset.sent);

document.getElementById("problem")?.scrollIntoView({ block: "center" });
document.getElementById("preview")?.scrollIntoView({ block: "start" });
