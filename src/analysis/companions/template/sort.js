// A field to sort the rows of the register. Without scripts they stand by influence; nothing is fetched or kept.
"use strict";
(() => {
  const table = document.querySelector("#register");
  const body = table && table.querySelector("tbody");
  if (!body) return;
  const rows = [...body.rows];
  const label = (row) => row.cells[0].textContent;
  const orders = {
    "influence on the ratio": (a, b) => a.dataset.influence - b.dataset.influence,
    "name": (a, b) => label(a).localeCompare(label(b), "en-GB"),
    "evidence grade, weakest first": (a, b) => b.dataset.grade.localeCompare(a.dataset.grade) || a.dataset.influence - b.dataset.influence,
  };
  const form = document.createElement("form");
  const field = document.createElement("div");
  const words = document.createElement("label");
  const select = document.createElement("select");
  form.className = "filter sort";
  select.id = words.htmlFor = "register-order";
  words.append("Sort by");
  Object.keys(orders).forEach((name) => select.append(new Option(name, name)));
  field.append(words, select);
  form.append(field);
  form.addEventListener("input", () => body.append(...rows.sort(orders[select.value])));
  form.addEventListener("submit", (event) => event.preventDefault());
  table.before(form);
})();
