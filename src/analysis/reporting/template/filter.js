// Fields to filter and search the rows of a table. Without scripts the table is whole; nothing is fetched or kept.
"use strict";
(() => {
  const field = (text, control, id) => {
    const label = document.createElement("label");
    const both = document.createElement("div");
    control.id = id;
    label.htmlFor = id;
    label.append(text);
    both.append(label, control);
    return both;
  };

  const valueOf = (row, name) => row.getAttribute("data-" + name) ?? row.closest("tbody").querySelector(".group th")?.textContent ?? "";

  const choices = (rows, name) => {
    const select = document.createElement("select");
    select.append(new Option("all", ""));
    const values = new Set(rows.map((row) => valueOf(row, name)).filter(Boolean));
    values.forEach((value) => select.append(new Option(value, value)));
    return select;
  };

  const fits = (row, chosen, words) =>
    chosen.every(([name, select]) => !select.value || valueOf(row, name) === select.value) &&
    words.every((word) => row.textContent.toLowerCase().includes(word));

  const fold = (open) => (details) => { details.open = open; };

  const prepare = (block) => {
    const rows = [...block.querySelectorAll("tbody tr:not(.group)")];
    const chosen = block.dataset.filters.split("|").map((pair) => pair.split("=")).map(([name, label]) => {
      const select = choices(rows, name);
      return [name, select, field(label, select, block.id + "-" + name)];
    });
    const search = document.createElement("input");
    search.type = "search";
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    const clear = document.createElement("button");
    clear.type = "reset";
    clear.textContent = "Show all rows";
    const form = document.createElement("form");
    form.className = "filter";
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Filter the table");
    form.append(...chosen.map(([, , both]) => both), field("Words", search, block.id + "-words"), clear, status);

    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row) => { row.hidden = !fits(row, chosen, words); });
      block.querySelectorAll("tbody").forEach((body) => {
        body.hidden = ![...body.querySelectorAll("tr:not(.group)")].some((row) => !row.hidden);
      });
      const left = rows.filter((row) => !row.hidden).length;
      status.textContent = left + " of " + rows.length + " rows shown";
    };
    const show = () => {
      const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!row || !rows.includes(row)) return;
      form.reset();
      apply();
      row.querySelectorAll("details").forEach(fold(true));
      row.scrollIntoView();
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    addEventListener("hashchange", show);
    addEventListener("beforeprint", () => { form.reset(); apply(); });
    block.prepend(form);
    apply();
    show();
  };

  document.querySelectorAll("[data-filters]").forEach(prepare);
})();
