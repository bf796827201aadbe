// A draft survives a lost connection, an expired session and a closed tab: what is typed is kept in this browser until it
// has been sent. Without scripts, and without storage, the form works the same, and forgets.

const PREFIX = "evidence-kg draft ";
const SENDING = "evidence-kg sending";
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
    return JSON.parse(shelf.getItem(key));
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    shelf.setItem(key, JSON.stringify(value));
  } catch {
    // The storage is full or closed: the form still holds what was typed.
  }
}

const held = (field) => (field.type === "checkbox" ? field.checked : field.value);
const isText = (field) => field.type !== "checkbox" && field.tagName !== "SELECT";

function fill(fields, draft) {
  for (const field of fields) {
    if (!(field.name in draft)) continue;
    if (field.type === "checkbox") field.checked = draft[field.name] === true;
    else field.value = String(draft[field.name]);
    const fold = field.closest("details");
    if (fold && isText(field) && field.value !== "") fold.open = true;
  }
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "plain";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

// Above the form: what became of the draft, and the way to do otherwise.
function tell(form, text, ...buttons) {
  const note = document.createElement("p");
  note.className = "note draft";
  note.setAttribute("role", "status");
  note.append(text, ...buttons);
  form.before(note);
  return note;
}

function wire(form) {
  const key = PREFIX + form.dataset.draft;
  const fields = [...form.querySelectorAll(KEPT)];
  const texts = fields.filter(isText);
  const draft = read(key);
  const differs = draft && fields.some((field) => field.name in draft && draft[field.name] !== held(field));
  if (differs && texts.some((field) => draft[field.name])) {
    const before = Object.fromEntries(fields.map((field) => [field.name, held(field)]));
    const forget = (note) => {
      shelf.removeItem(key);
      note.remove();
    };
    if (texts.every((field) => field.value === "")) {
      fill(fields, draft);
      const note = tell(form, form.dataset.restored, button(form.dataset.forget, () => {
        fill(fields, before);
        forget(note);
      }));
    } else {
      const note = tell(
        form,
        form.dataset.waiting,
        button(form.dataset.restore, () => {
          fill(fields, draft);
          note.remove();
        }),
        button(form.dataset.forget, () => forget(note)),
      );
    }
  }
  form.addEventListener("input", () => keep(key, Object.fromEntries(fields.map((field) => [field.name, held(field)]))));
  form.addEventListener("submit", () => keep(SENDING, key));
}

// What has arrived is no draft any more: the page that says so follows the form that was sent.
if (shelf && document.querySelector("[data-sent]")) {
  const sent = read(SENDING);
  if (typeof sent === "string" && sent.startsWith(PREFIX)) shelf.removeItem(sent);
  shelf.removeItem(SENDING);
}
if (shelf) for (const form of document.querySelectorAll("form[data-draft]")) wire(form);

// One box ticks all boxes of a name; without scripts it is not shown.
for (const all of document.querySelectorAll("[data-choose-all]")) {
  const boxes = [...all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.chooseAll}"]`)];
  const show = () => {
    all.checked = boxes.every((box) => box.checked);
  };
  all.closest("[hidden]").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}

// What may have been meant is filled in at its field.
for (const offer of document.querySelectorAll("button[data-fill]")) {
  offer.addEventListener("click", (event) => {
    const field = document.getElementById("desk-form").elements[offer.dataset.fill];
    event.preventDefault();
    field.value = offer.dataset.with;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// Who cannot see the page change is led to what is new on it.
const fresh = document.querySelector("#problem, #outcome, #preview");
fresh?.focus({ preventScroll: true });
fresh?.scrollIntoView({ block: fresh.id === "preview" ? "start" : "center" });
