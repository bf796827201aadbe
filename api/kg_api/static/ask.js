// Empty fields stay out of the address; a field that takes many values grows another one when it is filled.

for (const form of document.querySelectorAll("form.ask")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === "" && field.type !== "hidden") field.disabled = true;
    setTimeout(() => {
      for (const field of form.elements) field.disabled = false;
    });
  });
}
