// Fields to filter, search and sort the rows of a table. What is chosen stands in the address, so that it is there again after
// Back and in a link. Without scripts the table is whole; nothing is fetched or kept.
"use strict";
(() => {
  const PAUSE = 300; // milliseconds from the last key until the address says so; browsers refuse more than some a second
  const field = (text, control, id) => {
    const label = document.createElement("label");
    const both = document.createElement("div");
    control.id = id;
    control.autocomplete = "off"; // the address says what is chosen
    label.htmlFor = id;
    label.append(text);
    both.append(label, control);
    return both;
  };

  const groups = new Map([...document.querySelectorAll("[data-filters] tbody")].flatMap((body) => [...body.rows].map((row) => [row, body.querySelector(".group th")?.textContent ?? ""])));
  const valueOf = (row, name) => row.getAttribute("data-" + name) ?? groups.get(row);
  const plain = (text) => text.toLowerCase().replace(/(\d),(?=\d{3})/g, "$1"); // 1,875 is found as 1875, and the other way round

  const choices = (rows, name) => {
    const select = document.createElement("select");
    select.append(new Option("all", ""));
    const values = new Set(rows.map((row) => valueOf(row, name)).filter(Boolean));
    values.forEach((value) => select.append(new Option(value, value)));
    return select;
  };

  // Rows of so many are laid out one by one, those far away when they come near: columns have their widths from what they hold
  const OTHER = 3.6, SHARES = [[".short", 2], [".number", 3.4], [".long", 6]]; // wide enough for “Recomputed” and “recomputable”
  const inRows = (table) => {
    const first = table.querySelector("tbody tr:not(.group)");
    const shares = [...(first?.cells ?? [])].map((cell) => (cell.querySelector(".of-row") ? 7 : SHARES.find(([css]) => cell.matches(css))?.[1] ?? OTHER));
    table.style.setProperty("--widths", shares.map((share) => `minmax(0, ${share}fr)`).join(" "));
    table.classList.add("in-rows");
  };

  const prepare = (block) => {
    inRows(block.querySelector("table"));
    const rows = [...block.querySelectorAll("tbody tr:not(.group)")], bodies = [...block.querySelectorAll("tbody")];
    const controls = new Map(block.dataset.filters.split("|").map((pair) => {
      const [name, label] = pair.split("=");
      return [name, [label, choices(rows, name)]];
    }));
    const search = document.createElement("input");
    search.type = "search";
    const inOrder = [...rows], named = block.querySelector("thead th").textContent, byName = "name"; // in the address; no value to filter by is called so
    const orders = new Map([["", "as listed"], [byName, named], ...[...controls].filter(([name]) => rows.some((row) => row.hasAttribute("data-" + name))).map(([name, [label]]) => [name, label])]);
    const sort = document.createElement("select");
    sort.append(...[...orders].map(([name, label]) => new Option(label, name)));
    const keyOf = (row, name) => (name === byName ? row.cells[0].textContent : valueOf(row, name));
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    const clear = document.createElement("button");
    clear.type = "reset";
    clear.textContent = "Show all rows";
    const form = document.createElement("form");
    form.className = "filter";
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Filter the table");
    form.append(...[...controls].map(([name, [label, select]]) => field(label, select, block.id + "-" + name)), field("Words", search, block.id + "-words"), field("Sort by", sort, block.id + "-sort"), clear, status);

    // In another order than the table's own all rows stand in one body: its groups are of that order alone.
    const homes = new Map(rows.map((row) => [row, row.parentNode])), whole = document.createElement("tbody");
    let sorted = "";
    const arrange = () => {
      if (sort.value === sorted) return;
      sorted = sort.value;
      if (!sorted) {
        inOrder.forEach((row) => homes.get(row).append(row));
        whole.remove();
        return;
      }
      const keys = new Map(rows.map((row) => [row, keyOf(row, sorted)])), { compare } = new Intl.Collator("en-GB", { numeric: true });
      whole.append(...[...inOrder].sort((a, b) => !keys.get(a) - !keys.get(b) || compare(keys.get(a), keys.get(b)))); // those without a value last
      block.querySelector("table").append(whole);
    };
    let texts;
    const readTexts = () => { texts ??= rows.map((row) => plain(row.textContent)); };
    search.addEventListener("focus", readTexts); // before the first key
    const apply = () => {
      arrange();
      const words = plain(search.value).split(/\s+/).filter(Boolean);
      if (words.length) readTexts();
      const chosen = [...controls].map(([name, [, select]]) => [name, select.value]).filter(([, value]) => value);
      const full = new Set();
      let left = 0;
      rows.forEach((row, at) => {
        const fits = chosen.every(([name, value]) => valueOf(row, name) === value) && words.every((word) => texts[at].includes(word));
        if (row.hidden === fits) row.hidden = !fits;
        if (fits) full.add(row.parentNode), left += 1;
      });
      bodies.forEach((body) => { body.hidden = !full.has(body); });
      status.textContent = left + " of " + rows.length + " rows shown" + (sorted ? ", sorted by " + orders.get(sorted).toLowerCase() : "") + (left ? "" : ": no row holds all of these words and values. Choose fewer, or show all rows.");
    };
    const KEYS = () => [...[...controls].map(([name, [, select]]) => [name, select]), ["words", search], ["sort", sort]];
    const keep = () => {
      const address = new URL(location.href);
      KEYS().forEach(([name, control]) => (control.value ? address.searchParams.set(name, control.value) : address.searchParams.delete(name)));
      history.replaceState(null, "", address);
    };
    const read = () => {
      const chosen = new URL(location.href).searchParams;
      KEYS().forEach(([name, control]) => { control.value = chosen.get(name) ?? ""; });
      if (sort.selectedIndex < 0) sort.value = "";
      apply();
    };
    const asked = () => {
      try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; } // an address may hold what is no text
    };
    const show = () => {
      const row = document.getElementById(asked());
      if (!row || !rows.includes(row)) return;
      if (row.hidden) {
        KEYS().forEach(([, control]) => { control.value = ""; });
        keep();
        apply();
      }
      row.querySelectorAll("details").forEach((fold) => { fold.open = true; });
      row.scrollIntoView();
    };
    let waiting;
    form.addEventListener("input", () => {
      apply();
      clearTimeout(waiting);
      waiting = setTimeout(keep, PAUSE);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { apply(); keep(); }));
    addEventListener("hashchange", show);
    addEventListener("pagehide", keep);
    // The browser may have put other values into the fields; what the reader has chosen before the page was whole stays.
    addEventListener("pageshow", (event) => { if (event.persisted || waiting === undefined) read(); });
    block.prepend(form);
    read();
    show();
  };

  document.querySelectorAll("[data-filters]").forEach(prepare);
})();
