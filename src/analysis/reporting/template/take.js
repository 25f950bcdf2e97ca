// Tables as CSV, LaTeX and Markdown, figures as SVG and PNG, from what the page holds. Nothing is fetched or sent.
// `analysis.bundle.formats` writes the same three forms of tables; a test holds the two against each other byte by byte.
"use strict";
document.addEventListener("DOMContentLoaded", () => { // once the page can be read and used
  // A sheet as `analysis.reporting.sheets` makes it, read from the table that stands in the page when it is asked for
  const tidy = (text) => text.split(/\s+/u).filter(Boolean).join(" ");
  const all = (nodes) => [...nodes].map(said).join("");
  const inOne = (nodes) => tidy(all(nodes));
  const each = (nodes) => [...nodes].map((node) => inOne(node.childNodes)).join("; ");
  const SAID = {
    BR: () => "; ",
    MATH: () => "(formula)",
    UL: (list) => each(list.children),
    DL: (list) => {
      const entries = [];
      list.querySelectorAll("dt, dd").forEach((part) => (part.tagName === "DT" ? entries.push([part, []]) : entries.at(-1)[1].push(part)));
      return entries.map(([term, told]) => `${inOne(term.childNodes)}: ${each(told)}`).join("; ");
    },
    DETAILS: (fold) => {
      const [summary, ...rest] = fold.childNodes;
      return `${summary.textContent}: ${inOne(rest)}`;
    },
    SMALL: (kind) => `(${kind.textContent})`,
  };
  const said = (node) => (SAID[node.nodeName.toUpperCase()] ?? ((other) => (other.nodeType === 3 ? other.data : all(other.childNodes))))(node);
  const wordsOf = (place, besides = "") => (place ? inOne([...place.childNodes].filter((node) => !(besides && node.matches?.(besides)))) : "");
  const NUMBER_CELL = ".number:not(.words)";
  const cellOf = (cell, unit, kind) => {
    if (!cell.matches(NUMBER_CELL)) return wordsOf(cell, ".of-row");
    const [number, interval] = cell.querySelectorAll("[data-result]");
    const parts = [number.textContent, interval?.textContent ?? "", kind ? "" : number.dataset.kind, unit ? "" : number.dataset.unit ?? ""].map(tidy);
    while (parts.length > 1 && !parts.at(-1)) parts.pop();
    return parts;
  };
  const sheetOf = (block) => {
    const figure = block.matches("figure"), place = figure ? block.nextElementSibling : block;
    const table = place.querySelector("table"), [first, ...heads] = table.tHead.rows[0].cells;
    const rows = [...table.querySelectorAll("tbody > tr:not(.group)")].filter((row) => row.querySelector("th"));
    const columns = heads.map((head, at) => {
      return [wordsOf(head, ".kind"), wordsOf(head.querySelector(".kind")), ...["unit", "kind", "interval"].map((name) => head.dataset[name] ?? "")];
    });
    const groups = [...table.tBodies].map((body) => [
      wordsOf(body.querySelector(".group th")),
      rows.filter((row) => row.parentNode === body).map((row) => {
        const [label, ...cells] = row.cells;
        return [wordsOf(label), cells.map((cell, at) => cellOf(cell, columns[at][2], columns[at][3]))];
      }),
    ]);
    const told = (figure ? block : table).querySelector(".caption-text"), label = wordsOf(told.querySelector(":scope > .label"));
    return {
      id: block.id, figure, label, columns, groups,
      mark: wordsOf(told.querySelector(":scope > .example-mark")).replace(/\.$/, ""),
      caption: wordsOf(told, ".label, .example-mark").replace(label ? /^\. ?/ : "", ""),
      note: figure ? "" : wordsOf(block.querySelector(":scope > .note")),
      header: wordsOf(first),
    };
  };
  const { colours, look } = JSON.parse(document.getElementById("page-paper")?.textContent ?? "{}");
  const page = (location.pathname.split("/").pop() || "page").replace(/\.html$/, "");
  const isNumber = (cell) => Array.isArray(cell);
  const text = (cell) => (isNumber(cell) ? cell[0] : cell);
  const inBrackets = (before, ...parts) => {
    const told = parts.filter(Boolean).join(", ");
    return told ? `${before} (${told})` : before;
  };
  const shown = (cell) => (isNumber(cell) ? inBrackets(cell[0], cell[1], cell[2]) : cell);
  const rowsOf = (sheet) => sheet.groups.flatMap(([group, rows]) => rows.map(([label, cells]) => [group, label, cells]));
  const named = (sheet) => sheet.groups.some(([group]) => group);
  const numeric = (sheet, at) => rowsOf(sheet).some(([, , cells]) => isNumber(cells[at]));

  // CSV: numbers as numbers, what all of a column share in its header, words as they stand
  const NUMBER = /^([\u2212-]?)([A-Z]{0,3}\p{Sc}|[A-Z]{3}\s)?([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)(%?)$/u;
  const inert = (word) => (/^[=+\-@\t\r]/.test(word) ? "'" + word : word);
  const quoted = (word) => (/[",\n\r]/.test(word) ? '"' + word.replaceAll('"', '""') + '"' : word);
  const plain = (word, unit) => {
    const found = NUMBER.exec(word);
    const told = found && (!found[2] || /^[A-Z]{3}/.test(unit)) && (!found[4] || unit === "%"); // no sign is lost that no unit tells
    return told ? (found[1] ? "-" : "") + found[3].replaceAll(",", "") : inert(word);
  };
  const partsOf = (sheet, at) => {
    const [label, , unit, kind, interval] = sheet.columns[at];
    const cells = rowsOf(sheet).map(([, , all]) => all[at]);
    if (!numeric(sheet, at)) return [[label, (cell) => inert(text(cell))]];
    const has = (part) => cells.some((cell) => isNumber(cell) && cell[part]);
    const unitOf = (cell) => unit || cell[3] || "";
    const end = (cell, which) => (isNumber(cell) && cell[1] ? plain(cell[1].split(" to ")[which] ?? "", unitOf(cell)) : "");
    const parts = [[inBrackets(label, unit, kind), (cell) => (isNumber(cell) ? plain(cell[0], unitOf(cell)) : inert(cell))]];
    if (has(1)) parts.push([inBrackets(`${label}, low`, interval), (cell) => end(cell, 0)], [inBrackets(`${label}, high`, interval), (cell) => end(cell, 1)]);
    if (has(2)) parts.push([`${label}, kind`, (cell) => (isNumber(cell) && cell[2]) || ""]);
    if (has(3)) parts.push([`${label}, unit`, (cell) => inert((isNumber(cell) && cell[3]) || "")]);
    return parts;
  };
  const csv = (sheet) => {
    const parts = sheet.columns.map((_, at) => partsOf(sheet, at));
    const group = named(sheet);
    const head = [sheet.header, ...(group ? ["Group"] : []), ...parts.flatMap((each) => each.map(([name]) => name))];
    const lines = rowsOf(sheet).map(([name, label, cells]) => [
      inert(label), ...(group ? [inert(name)] : []), ...parts.flatMap((each, at) => each.map(([, of]) => of(cells[at]))),
    ]);
    const rows = [head.map(inert), ...lines].map((row) => row.map(quoted).join(",") + "\n").join("");
    return "\ufeff" + (sheet.mark ? `# ${sheet.mark}\n` : "") + rows;
  };

  const captioned = (sheet) => (sheet.mark ? `${sheet.mark}. ${sheet.caption}` : sheet.caption);
  const longest = (sheet, at) => Math.max(0, ...rowsOf(sheet).map(([, label, cells]) => [...(at < 0 ? label : shown(cells[at]))].length));

  // LaTeX, for booktabs, and longtable where a table is long
  const TEX = {
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_",
    "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}",
    '"': "\\textquotedbl{}", "`": "\\textasciigrave{}", "[": "{[}", "]": "{]}", "*": "{*}", "\u2212": "\\ensuremath{-}",
    "£": "\\pounds{}", "≤": "\\ensuremath{\\leq}", "≥": "\\ensuremath{\\geq}", "≈": "\\ensuremath{\\approx}",
    "√": "\\ensuremath{\\surd}", "∫": "\\ensuremath{\\int}", "Σ": "\\ensuremath{\\Sigma}", "²": "\\ensuremath{^2}",
    "×": "\\ensuremath{\\times}", "·": "\\ensuremath{\\cdot}", "→": "\\ensuremath{\\rightarrow}",
  };
  const tex = (word) => [...word].map((sign) => TEX[sign] ?? sign).join("");
  const LONG_TABLE = 30, LONG_TEXT = 32;
  const latex = (sheet) => {
    const places = [-1, ...sheet.columns.keys()];
    const wide = places.filter((at) => !(at >= 0 && numeric(sheet, at)) && longest(sheet, at) > LONG_TEXT);
    const share = (0.6 / (wide.length || 1)).toFixed(2);
    const format = places.map((at) => (wide.includes(at) ? `p{${share}\\linewidth}` : at >= 0 && numeric(sheet, at) ? "r" : "l")).join("");
    const line = (cells) => cells.join(" & ") + " \\\\\n";
    const count = places.length, long = rowsOf(sheet).length > LONG_TABLE;
    const head = "\\toprule\n" + line([tex(sheet.header), ...sheet.columns.map(([label, words]) => tex(inBrackets(label, words)))]) + "\\midrule\n";
    const body = sheet.groups.map(([group, rows]) =>
      (group ? line([`\\multicolumn{${count}}{l}{\\textbf{${tex(group)}}}`]) : "") +
      rows.map(([label, cells]) => line([tex(label), ...cells.map((cell) => tex(shown(cell)))])).join("")).join("");
    const caption = `\\caption{${tex(captioned(sheet))}}\\label{tab:${sheet.id}}`;
    const note = sheet.note ? `\n\\medskip\\noindent\\parbox{\\linewidth}{\\footnotesize ${tex(sheet.note)}}\n` : "";
    const opening = `% ${sheet.label}: needs \\usepackage{booktabs}${long ? " and \\usepackage{longtable}" : ""}\n`;
    return long
      ? `${opening}\\begin{longtable}{${format}}\n${caption} \\\\\n${head}\\endfirsthead\n${head}\\endhead\n\\bottomrule\n\\endlastfoot\n${body}\\end{longtable}\n${note}`
      : `${opening}\\begin{table}[htbp]\n\\centering\n${caption}\n\\begin{tabular}{${format}}\n${head}${body}\\bottomrule\n\\end{tabular}\n${note}\\end{table}\n`;
  };

  // Markdown: a pipe table
  const mark = (word) => word.replace(/[\\`*_[\]<>|~$^&#]/g, "\\$&");
  const markdown = (sheet) => {
    const line = (cells) => `| ${cells.join(" | ")} |\n`;
    const head = [sheet.header, ...sheet.columns.map(([label, words]) => inBrackets(label, words))].map(mark);
    const rule = ["---", ...sheet.columns.map((_, at) => (numeric(sheet, at) ? "---:" : "---"))];
    const body = sheet.groups.map(([group, rows]) =>
      (group ? line([`**${mark(group)}**`, ...sheet.columns.map(() => "")]) : "") +
      rows.map(([label, cells]) => line([mark(label), ...cells.map((cell) => mark(shown(cell)))])).join("")).join("");
    return `**${mark(sheet.label)}.** ${mark(captioned(sheet))}\n\n${line(head)}${line(rule)}${body}` + (sheet.note ? `\n*Note.* ${mark(sheet.note)}\n` : "");
  };

  // Figures: colours as drawn for paper, whatever mode the page is read in
  const svg = (sheet) => {
    const drawing = document.getElementById(sheet.id).querySelector("svg").cloneNode(true);
    const [, , width, height] = drawing.getAttribute("viewBox").split(" ");
    drawing.setAttribute("width", width + "pt");
    drawing.setAttribute("height", height + "pt");
    const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    style.textContent = look;
    drawing.prepend(style);
    const written = new XMLSerializer().serializeToString(drawing);
    return Object.entries(colours).reduce((all, [variable, colour]) => all.replaceAll(variable, colour), written);
  };
  const DENSITY = Uint8Array.of(0, 0, 0, 9, 112, 72, 89, 115, 0, 0, 46, 35, 0, 0, 46, 35, 1, 120, 165, 63, 118); // pHYs: 11811 dots a metre
  const png = (sheet) => new Promise((done, failed) => {
    const image = new Image();
    image.onerror = failed;
    image.onload = () => {
      const [, , width, height] = document.getElementById(sheet.id).querySelector("svg").getAttribute("viewBox").split(" ");
      const canvas = document.createElement("canvas");
      canvas.width = Math.round((width / 72) * 300);
      canvas.height = Math.round((height / 72) * 300);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#ffffff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((made) => made.arrayBuffer().then((bytes) => done(new Blob([bytes.slice(0, 33), DENSITY, bytes.slice(33)], { type: "image/png" }))), "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg(sheet));
  });

  const FORMS = {
    CSV: ["csv", "text/csv", csv],
    LaTeX: ["tex", "application/x-tex", latex],
    Markdown: ["md", "text/markdown", markdown],
    SVG: ["svg", "image/svg+xml", svg],
    PNG: ["png", "image/png", png],
  };
  const save = (name, content, type) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  const offer = (block) => {
    const figure = block.matches("figure"), label = block.querySelector(".label")?.textContent ?? "table";
    const menu = document.createElement("details"), summary = document.createElement("summary"), of = document.createElement("span");
    menu.className = "take";
    menu.dataset.structural = "";
    of.className = "aside";
    of.textContent = ` ${label}`;
    summary.append("Download", of);
    menu.append(summary);
    const forms = figure ? ["SVG", "PNG", "CSV"] : ["CSV", "LaTeX", "Markdown"], once = () => menu.querySelector("button") || fill(menu, block, label, forms);
    summary.addEventListener("click", once); // at once: "toggle" is told later, when a quick Tab has passed what is not there yet
    menu.addEventListener("toggle", once);
    (figure ? block.nextElementSibling : block).after(menu); // beside the fold of the figure's data and that of the code
  };
  const fill = (menu, block, label, forms) => {
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    menu.append(...forms.map((form) => {
      const [ending, type, write] = FORMS[form], button = document.createElement("button");
      button.type = "button";
      button.textContent = form;
      button.setAttribute("aria-label", `${form} of ${label}`);
      button.addEventListener("click", async () => {
        const name = `${page}-${block.id}.${ending}`;
        try {
          save(name, await write(sheetOf(block)), type);
          told.textContent = `Saved as ${name}`;
        } catch {
          told.textContent = "This browser could not make the file.";
        }
      });
      return button;
    }), told);
  };
  document.querySelectorAll(".table-block[id], figure[id]").forEach(offer);

  // Where a table is wider than its place each row is a card: style.css draws it, this names the cells
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  const keepRoles = (table) => {
    [table, ...table.querySelectorAll("thead, tbody, tr, td")].forEach((part) => part.setAttribute("role", ROLES[part.tagName]));
    table.querySelectorAll("th").forEach((head) => head.setAttribute("role", head.scope === "col" ? "columnheader" : "rowheader"));
  };
  const deal = (table) => {
    const names = [...table.tHead.rows[0].cells].map((head) => wordsOf(head, ".kind"));
    keepRoles(table);
    table.querySelectorAll("tbody td:not([colspan])").forEach((cell) => { cell.dataset.label = names[cell.cellIndex]; });
    table.classList.add("as-cards");
  };
  document.querySelectorAll(".in-rows").forEach(matchMedia("(max-width: 40rem)").matches ? deal : keepRoles);
  if ("IntersectionObserver" in window) {
    const near = new IntersectionObserver((seen) => seen.filter((each) => each.isIntersecting).forEach(({ target }) => {
      near.unobserve(target);
      if (target.scrollWidth > target.clientWidth + 1) deal(target.querySelector("table"));
    }), { rootMargin: "1200px" });
    document.querySelectorAll(".scroll:has(> table:not(.in-rows))").forEach((scroll) => near.observe(scroll));
  }
});
