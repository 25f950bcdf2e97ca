// The explorer: fields, results and scenarios. What is typed, linked or undone is a set of values; `draw` shows it.
const root = document.getElementById("explorer");
const PREFIX = "#explorer?", SHOWN = 14, UNDONE = 200, PAUSE = 300, LATE = 700; // bars, changes kept; milliseconds until the address, and words on what is typed, follow
const published = Float64Array.from(data.entries, (entry) => entry.value);
const current = published.slice();
const place = new Map(data.entries.map((entry, at) => [entry.id, at]));
const open = data.entries.map((entry, at) => at).filter((at) => !data.entries[at].fixed);
const ranged = open.filter((at) => data.entries[at].low < data.entries[at].high);
const past = [], future = [];
let kept = null, gesture = null, waiting = false, writing = 0, late = 0; // kept: the values of scenario A

function make(tag, parent, properties, ...words) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) name in element ? (element[name] = value) : element.setAttribute(name, value);
  element.append(...words);
  if (parent) parent.append(element);
  return element;
}

function bars(parent, count) {
  return Array.from({ length: count }, () => {
    const row = make("div", parent, { className: "bar" });
    const label = make("span", row), track = make("span", row, { className: "track", ariaHidden: "true" });
    return { row, label, fills: [make("span", track, { className: "fill" }), make("span", track, { className: "fill down" })], value: make("span", row, { className: "value" }) };
  });
}

function stretch(fill, from, to, low, high) {
  const span = high - low || 1, left = Math.min(from, to), width = Math.abs(to - from);
  fill.style.left = `${(100 * (left - low)) / span}%`;
  fill.style.width = `${(100 * width) / span}%`;
}

root.replaceChildren();
const buttons = make("div", root, { className: "buttons" });
const head = make("div", root, { className: "head" });
make("h3", head, {}, "Social value for each pound");
const result = make("p", head, { role: "status", ariaLive: "polite", className: "ratio" });
const versus = make("p", head, { className: "versus", hidden: true });
const states = make("div", root, { className: "states" });
const linked = make("p", states, { className: "linked", role: "status", hidden: true });
const table = make("table", states, { id: "explorer-scenarios", hidden: true });
const caption = make("caption", table, {}, "A and B"), compared = (make("tr", make("thead", table), {}, make("td"), ...["A", "B"].map((name) => make("th", null, { scope: "col" }, name))), make("tbody", table));
make("h3", states, {}, "What differs from the central case");
const differences = make("ul", states, { className: "differences", id: "explorer-differences" });
const again = make("p", states, { id: "explorer-command", hidden: true }), command = document.createElement("code");
again.append("The same as a whole run beside the published one, with a workbook of these values: ", command, " ");
const results = make("div", root, { className: "results" });
const totals = make("dl", results);
const LABELS = [["ratio", "Social value for each pound"], ["value", "Present value"], ["cost", "Cost"], ["net", "Value less cost"]];
const total = LABELS.slice(1).map(([name, label]) => {
  make("dt", totals, {}, label);
  return [name, make("dd", totals)];
});
const warning = make("p", results, { className: "warning", hidden: true }, "An outcome now lasts longer than the years of the model; what lies beyond is not counted.");
make("h3", results, {}, "Value by beneficiary");
const byBeneficiary = bars(make("div", results, { id: "explorer-beneficiaries" }), data.beneficiaries.length);
make("h3", results, {}, "Ratio when one assumption moves over its range");
const key = make("p", results, { className: "key" });
for (const [sort, words] of [["fill down", "at the low end"], ["fill", "at the high end"]]) key.append(make("span", null, { className: sort, ariaHidden: "true" }), ` ${words} `);
const tornado = bars(make("div", results, { id: "explorer-tornado" }), Math.min(SHOWN, ranged.length));
const panel = make("div", root, { className: "panel" });
make("h3", panel, {}, "Assumptions");
const about = make("p", panel, { className: "key" }, "By outcome, those that move the ratio most first. A slider runs over the published range; ");
about.append(make("span", null, { className: "central", ariaHidden: "true" }, "▲"), " marks the central value.");
const inputs = make("div", panel, { className: "inputs", tabIndex: 0, role: "region", ariaLabel: "Assumptions" });
const influence = new Map(swings(evaluate(current)[data.totals.ratio]).map(({ at, span }) => [at, span]));
const groups = new Map();
for (const at of [...open].sort((a, b) => (influence.get(b) ?? -1) - (influence.get(a) ?? -1) || a - b)) {
  const name = data.entries[at].group;
  groups.set(name, [...(groups.get(name) || []), at]);
}
const controls = new Map([...groups].flatMap(([name, members]) => {
  make("h4", inputs, {}, name);
  return members.map((at) => [at, control(at)]);
}));

function control(at) {
  const entry = data.entries[at], set = make("fieldset", inputs), legend = make("legend", set, {}, entry.label), line = make("div", set, { className: "controls" });
  const slider = entry.low < entry.high ? range(at, make("div", line, { className: "slide" })) : null;
  const typed = make("input", line, { type: "text", id: `explorer-value-${entry.id}`, defaultValue: written(at, published[at]), inputMode: "decimal", autocomplete: "off", spellcheck: false, ariaLabel: `${entry.label}, value` });
  typed.dataset.entry = entry.id;
  typed.addEventListener("input", () => type(at, typed.value));
  typed.addEventListener("change", () => enter(at, typed.value));
  make("span", line, { className: "unit" }, entry.percent ? "%" : inWords(entry.unit));
  const back = make("button", line, { type: "button", hidden: true, ariaLabel: `${entry.label}: back to ${told(at, published[at])}` }, `Back to ${told(at, published[at])}`);
  back.addEventListener("click", () => {
    change(at, published[at]);
    typed.focus();
  });
  const problem = make("p", set, { className: "problem", id: `explorer-problem-${at}`, role: "alert" });
  return { slider, typed, legend, problem, back };
}

function range(at, parent) {
  const entry = data.entries[at], ends = `${told(at, entry.low)} to ${told(at, entry.high)}`;
  const slider = make("input", parent, { type: "range", id: `explorer-range-${entry.id}`, min: "0", max: String(STEPS), step: "1", defaultValue: steps(at, published[at]), ariaLabel: `${entry.label}, ${ends}, central value ${told(at, published[at])}` });
  slider.addEventListener("input", () => change(at, slid(at, slider.valueAsNumber), slider));
  slider.addEventListener("change", () => { gesture = null; });
  const marks = make("div", parent, { className: "marks", ariaHidden: "true" }, make("span", null, {}, short(at, entry.low)), make("span", null, { className: "central" }, "▲"), make("span", null, {}, short(at, entry.high)));
  marks.style.setProperty("--at", (published[at] - entry.low) / (entry.high - entry.low));
  return slider;
}

const others = data.scenarios.filter(([, values]) => data.entries.some((entry) => values[entry.id] !== entry.value));
for (const [name, values] of others) make("button", buttons, { type: "button" }, `Estimate: ${name}`).addEventListener("click", () => setAll(values));
const press = (id, words, done) => {
  const button = make("button", buttons, { type: "button", id: `explorer-${id}` }, words);
  button.addEventListener("click", done);
  return button;
};
press("reset", "Back to the central case", () => setAll(Object.fromEntries(data.entries.map(({ id, value }) => [id, value]))));
const undo = press("undo", "Undo", () => travel(past, future)), redo = press("redo", "Redo", () => travel(future, past));
press("keep", "Keep this as A", () => keep(current.slice()));
const drop = press("drop", "Drop A", () => keep(null));
copier(buttons, "explorer-link", "Link to this state", address, "Link copied", "The address bar holds the link");
press("csv", "Download values (CSV)", save);
root.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase(), back = key === "z" && !event.shiftKey, on = key === "y" || (key === "z" && event.shiftKey);
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !(back || on)) return;
  event.preventDefault();
  if (back) travel(past, future);
  else travel(future, past);
});
copier(again, "explorer-copy", "Copy the command", () => command.textContent, "Command copied", "Copy it from the text");

function copier(parent, id, words, text, done, failed) {
  const button = make("button", parent, { type: "button", id }, words), say = (said) => { button.textContent = said; };
  button.addEventListener("click", () => {
    write();
    if (navigator.clipboard) navigator.clipboard.writeText(text()).then(() => say(done), () => say(failed));
    else say(failed);
  });
}

// While a reader types, what can be used is used at once; what cannot is told when the field is left, or after a while
function type(at, text) {
  const value = read(at, text);
  clearTimeout(late);
  if (!text.trim()) return;
  if (objection(at, value, text)) late = setTimeout(() => enter(at, text), LATE);
  else change(at, value, controls.get(at).typed);
}

function enter(at, text) {
  clearTimeout(late);
  const value = text.trim() ? read(at, text) : published[at], trouble = text.trim() && objection(at, value, text);
  if (trouble) return tell(at, `${trouble} Still ${told(at, current[at])}.`, true);
  change(at, value, controls.get(at).typed);
  gesture = null;
  controls.get(at).typed.value = written(at, value);
  if (!text.trim()) tell(at, `Left empty: back to the central value, ${told(at, value)}.`, false);
}

function tell(at, words, wrong) {
  const { typed, problem } = controls.get(at);
  problem.textContent = words;
  if (words) typed.setAttribute("aria-describedby", problem.id);
  else typed.removeAttribute("aria-describedby");
  typed.setAttribute("aria-invalid", String(wrong));
}

function wrong(at) {
  return controls.get(at).typed.getAttribute("aria-invalid") === "true";
}

function change(at, value, by = null) {
  tell(at, "", false);
  if (current[at] !== value) {
    remember(by);
    current[at] = value;
  }
  schedule(true);
}

function setAll(values) {
  remember();
  for (const [id, value] of Object.entries(values)) if (place.has(id)) current[place.get(id)] = value;
  quiet();
  schedule(true);
}

function keep(values) {
  remember();
  kept = values;
  schedule(true);
}

// What can be undone: each change, and all changes of one drag of a slider or of typing in one field as one
function snapshot() {
  return { values: current.slice(), kept };
}

function remember(by = null) {
  if (by && by === gesture) return;
  gesture = by;
  past.push(snapshot());
  if (past.length > UNDONE) past.shift();
  future.length = 0;
}

function travel(from, to) {
  gesture = null;
  clearTimeout(late);
  if (from.length && !open.some(wrong)) {
    to.push(snapshot());
    const then = from.pop();
    current.set(then.values);
    kept = then.kept;
  }
  quiet();
  schedule(true);
}

function quiet() {
  linked.hidden = true;
  for (const at of open) tell(at, "", false);
}

function changed(values = current) {
  return open.filter((at) => values[at] !== published[at]).map((at) => [at, values[at]]);
}

function schedule(write_) {
  if (write_) {
    clearTimeout(writing);
    writing = setTimeout(write, PAUSE);
  }
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; draw(); });
}

function address() {
  const listed = (values, before) => changed(values).map(([at, value]) => [before + data.entries[at].id, String(value)]);
  const state = new URLSearchParams([...listed(current, ""), ...(kept ? [["A", ""], ...listed(kept, "A.")] : [])]).toString();
  return location.href.replace(/#.*$/s, "") + (state ? PREFIX + state : "#explorer");
}

function write() {
  clearTimeout(writing);
  if (writing) history.replaceState(null, "", address());
  writing = 0;
}

function readState() {
  if (!location.hash.startsWith(PREFIX)) return;
  current.set(published);
  kept = null;
  quiet();
  const unused = [];
  for (const [key, text] of new URLSearchParams(location.hash.slice(PREFIX.length))) {
    const ofA = key.startsWith("A."), at = place.get(ofA ? key.slice(2) : key), value = NUMBER.test(text) ? Number(text) : NaN;
    if (key === "A" && !text) kept ??= published.slice();
    else if (at === undefined || data.entries[at].fixed || objection(at, value, text)) unused.push(key.slice(0, 40));
    else (ofA ? (kept ??= published.slice()) : current)[at] = value;
  }
  const count = changed().length;
  linked.hidden = false;
  linked.textContent = count ? `This link sets ${count === 1 ? "one value that differs" : `${count} values that differ`} from the central case: see the list below. ` : "This link sets no value that differs from the central case. ";
  if (unused.length) linked.append(make("span", null, { className: "problem" }, `Not used from the link, because there is no such assumption or no such value: ${unused.slice(0, 5).join(", ")}${unused.length > 5 ? " and more" : ""}.`));
  root.scrollIntoView();
  schedule(false);
}

function save() {
  const inert = (word) => (/^[=+\-@\t\r]/.test(word) ? `'${word}` : word), quoted = (word) => (/[",\n\r]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word);
  const all = [published, ...(kept ? [kept] : []), current], results = all.map((values) => evaluate(values).slice());
  const rows = [["Assumption or result", "Id", "Unit", "Low", "High", "Central case", ...(kept ? ["A", "B"] : ["As set"])]];
  for (const { label, id, unit, low, high } of data.entries) rows.push([label, id, unit, low, high, ...all.map((values) => values[place.get(id)])]);
  for (const [name, label] of LABELS) rows.push([label, `total.${name}`, name === "ratio" ? "ratio" : "GBP", "", "", ...results.map((found) => found[data.totals[name]])]);
  const text = rows.map((row) => row.map((cell) => quoted(typeof cell === "string" ? inert(cell) : Number.isFinite(cell) ? String(cell) : "")).join(",") + "\n").join("");
  const link = make("a", null, { href: URL.createObjectURL(new Blob([`\ufeff${text}`], { type: "text/csv" })), download: `${data.study || "study"}_explorer.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function ratioOf(found) {
  const ratio = found[data.totals.ratio];
  return Number.isFinite(ratio) ? pounds.format(ratio) : "No ratio: there are no costs";
}

function draw() {
  const started = performance.now();
  const found = evaluate(current).slice(), ratio = found[data.totals.ratio];
  result.textContent = ratioOf(found);
  for (const [name, cell] of total) cell.textContent = money.format(found[data.totals[name]]);
  warning.hidden = lastYear(current) <= data.horizon + 1e-9;
  drawBeneficiaries(found);
  drawTornado(ratio);
  drawInputs();
  drawDifferences();
  drawScenarios(found);
  root.dataset.milliseconds = String(performance.now() - started);
  root.dataset.drawn = String(Number(root.dataset.drawn || 0) + 1);
}

function drawBeneficiaries(found) {
  const values = data.beneficiaries.map(([, at]) => found[at]), high = Math.max(...values, 0), low = Math.min(...values, 0);
  byBeneficiary.forEach((bar, at) => {
    bar.label.textContent = data.beneficiaries[at][0];
    bar.value.textContent = money.format(values[at]);
    stretch(bar.fills[values[at] < 0 ? 1 : 0], 0, values[at], low, high);
    stretch(bar.fills[values[at] < 0 ? 0 : 1], 0, 0, low, high);
  });
}

function swings(ratio) {
  const trial = current.slice();
  const rows = ranged.map((at) => {
    const ends = [data.entries[at].low, data.entries[at].high].map((end) => { trial[at] = end; return evaluate(trial)[data.totals.ratio]; });
    trial[at] = current[at];
    return { at, ends, span: Math.max(...ends, ratio) - Math.min(...ends, ratio) };
  });
  return rows.sort((a, b) => b.span - a.span || a.at - b.at);
}

function drawTornado(ratio) {
  const rows = swings(ratio).slice(0, tornado.length);
  const all = rows.flatMap((row) => row.ends).concat(ratio), low = Math.min(...all), high = Math.max(...all);
  tornado.forEach((bar, at) => {
    bar.row.hidden = !Number.isFinite(high - low);
    if (bar.row.hidden) return;
    const [first, second] = rows[at].ends;
    bar.label.textContent = data.entries[rows[at].at].label;
    bar.value.textContent = `${pounds.format(first)} to ${pounds.format(second)}`;
    stretch(bar.fills[0], ratio, second, low, high);
    stretch(bar.fills[1], ratio, first, low, high);
  });
}

function drawInputs() {
  for (const [at, control] of controls) {
    const entry = data.entries[at];
    if (control.slider) {
      control.slider.value = steps(at, current[at]);
      control.slider.ariaValueText = told(at, current[at]);
    }
    if (!wrong(at) && read(at, control.typed.value) !== current[at]) control.typed.value = written(at, current[at]);
    control.back.hidden = current[at] === published[at];
    control.legend.className = control.back.hidden ? "" : "changed";
  }
  drop.hidden = !kept;
  undo.ariaDisabled = String(!past.length);
  redo.ariaDisabled = String(!future.length);
}

function drawDifferences() {
  const now = changed();
  differences.replaceChildren(...now.map(([at, value]) => make("li", null, {}, line(at, value))));
  const sets = open.filter((at) => current[at] !== (data.entries[at].was ?? published[at])).map((at) => `--set=${data.entries[at].id}=${current[at]}`);
  again.hidden = !sets.length || !data.command;
  command.textContent = [data.command, ...sets, "--as explored"].join(" ");
  if (!now.length) make("li", differences, {}, "Nothing: this is the central case.");
}

function line(at, value) {
  const entry = data.entries[at], outside = value < entry.low || value > entry.high ? ", outside the range of the register" : "";
  return `${entry.label}: ${told(at, value)} instead of ${told(at, published[at])}${outside}`;
}

function drawScenarios(found) {
  table.hidden = versus.hidden = !kept;
  if (!kept) return;
  const other = evaluate(kept).slice(), apart = open.filter((at) => kept[at] !== current[at]);
  const rows = LABELS.map(([name, label]) => [label, ...[other, found].map((each) => (name === "ratio" ? ratioOf(each) : money.format(each[data.totals[name]])))]);
  rows.push(...apart.map((at) => [data.entries[at].label, told(at, kept[at]), told(at, current[at])]));
  versus.textContent = `A: ${ratioOf(other)}`;
  caption.textContent = `A as it was kept, and B as it is set now${apart.length ? "" : ": the same, until an assumption is changed"}`;
  compared.replaceChildren(...rows.map(([label, ...cells]) => make("tr", null, {}, make("th", null, { scope: "row" }, label), ...cells.map((cell) => make("td", null, {}, cell)))));
}

addEventListener("hashchange", () => {
  if (location.hash.startsWith(PREFIX)) remember();
  readState();
});
addEventListener("pagehide", write);
readState();
draw();
globalThis.sroiExplorer = {
  evaluate: (values) => {
    const trial = published.slice();
    for (const [id, value] of Object.entries(values)) trial[place.get(id)] = value;
    const found = evaluate(trial), at = (places) => places.map((step) => found[step]);
    return [found[data.totals.ratio], found[data.totals.value], found[data.totals.cost], found[data.totals.net],
      ...at(data.beneficiaries.map((b) => b[1])), ...at(data.outcomes.map((o) => o[1])), ...at(data.years)];
  },
  state: () => Object.fromEntries(data.entries.map((entry, at) => [entry.id, current[at]])),
};
