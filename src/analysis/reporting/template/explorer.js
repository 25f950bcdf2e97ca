"use strict";
const root = document.getElementById("explorer");
const data = JSON.parse(document.getElementById("explorer-data").textContent);
const PREFIX = "#explorer?", STEPS = 400, SHOWN = 14, NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const published = Float64Array.from(data.entries, (entry) => entry.value);
const current = published.slice();
const place = new Map(data.entries.map((entry, at) => [entry.id, at]));
const open = data.entries.map((entry, at) => at).filter((at) => !data.entries[at].fixed);
const ranged = open.filter((at) => data.entries[at].low < data.entries[at].high);
const money = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP", maximumFractionDigits: 0 });
const pounds = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP", minimumFractionDigits: 2, maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 6 });
let before = [], waiting = false;

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
const results = make("div", root, { className: "results" });
const totals = make("dl", results);
const total = ["value", "cost", "net"].map((name) => {
  make("dt", totals, {}, { value: "Present value", cost: "Cost", net: "Value less cost" }[name]);
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
make("h3", panel, {}, "What differs from the central case");
const ignored = make("p", panel, { className: "problem", role: "status", hidden: true });
const differences = make("ul", panel, { className: "differences", id: "explorer-differences" });
const again = make("p", panel, { id: "explorer-command", hidden: true }), command = document.createElement("code");
again.append("The same as a whole run beside the published one: ", command, " ");
make("h3", panel, {}, "Assumptions");
const inputs = make("div", panel, { className: "inputs", tabIndex: 0, role: "region", ariaLabel: "Assumptions" });

const controls = new Map(open.map((at) => {
  const entry = data.entries[at], set = make("fieldset", inputs), legend = make("legend", set, {}, entry.label), line = make("div", set, { className: "controls" });
  let slider = null;
  if (entry.low < entry.high) {
    slider = make("input", line, { type: "range", min: "0", max: String(STEPS), step: "1", ariaLabel: `${entry.label}, slider` });
    slider.addEventListener("input", () => change(at, entry.low + ((entry.high - entry.low) * slider.valueAsNumber) / STEPS));
  }
  const typed = make("input", line, { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false, ariaLabel: `${entry.label}, value` });
  typed.dataset.entry = entry.id;
  typed.addEventListener("change", () => enter(at, typed.value));
  make("span", line, { className: "unit" }, entry.unit.replaceAll("GBP", "£"));
  const problem = make("p", set, { className: "problem", id: `explorer-problem-${at}`, role: "alert" });
  return [at, { slider, typed, legend, problem }];
}));

for (const [name, values] of data.scenarios) make("button", buttons, { type: "button" }, `Estimate: ${name}`).addEventListener("click", () => setAll(values));
make("button", buttons, { type: "button", id: "explorer-reset" }, "Back to the central case").addEventListener("click", reset);
copier(buttons, "explorer-link", "Link to this state", () => location.href, "Link copied", "The address bar holds the link");
copier(again, "explorer-copy", "Copy the command", () => command.textContent, "Command copied", "Copy it from the text");

function copier(parent, id, words, text, done, failed) {
  const button = make("button", parent, { type: "button", id }, words), told = (said) => { button.textContent = said; };
  button.addEventListener("click", () => {
    if (navigator.clipboard) navigator.clipboard.writeText(text()).then(() => told(done), () => told(failed));
    else told(failed);
  });
}

function read(text) {
  const bare = text.replace(/[\s,£]/g, "");
  return NUMBER.test(bare) ? Number(bare) : NaN;
}

function objection(at, text) {
  const { least, most } = data.entries[at], value = read(text), shown = text.trim().slice(0, 20);
  if (Number.isNaN(value)) return `“${shown}” is not a number.`;
  if (!Number.isFinite(value)) return `“${shown}” is too large to compute with.`;
  if (least !== null && value < least) return `“${shown}” is below ${plain.format(least)}, the least it can be.`;
  return most !== null && value > most ? `“${shown}” is above ${plain.format(most)}, the most it can be.` : "";
}

function enter(at, text) {
  if (!text.trim()) {
    change(at, published[at]);
    return tell(at, `Left empty: back to the central value, ${plain.format(published[at])}.`, false);
  }
  const trouble = objection(at, text);
  if (trouble) return tell(at, `${trouble} Still ${plain.format(current[at])}.`, true);
  change(at, read(text));
}

function tell(at, words, wrong) {
  const { typed, problem } = controls.get(at);
  problem.textContent = words;
  if (words) typed.setAttribute("aria-describedby", problem.id);
  else typed.removeAttribute("aria-describedby");
  typed.setAttribute("aria-invalid", String(wrong));
}

function change(at, value) {
  current[at] = value;
  tell(at, "", false);
  schedule(true);
}

function setAll(values) {
  for (const [id, value] of Object.entries(values)) if (place.has(id)) current[place.get(id)] = value;
  quiet();
  schedule(true);
}

function reset() {
  before = changed();
  current.set(published);
  quiet();
  schedule(true);
}

function quiet() {
  ignored.hidden = true;
  for (const at of open) tell(at, "", false);
}

function changed() {
  return open.filter((at) => current[at] !== published[at]).map((at) => [at, current[at]]);
}

function schedule(write) {
  if (write) writeState();
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; draw(); });
}

function writeState() {
  const state = new URLSearchParams(changed().map(([at, value]) => [data.entries[at].id, String(value)])).toString();
  const address = location.href.replace(/#.*$/s, "") + (state ? PREFIX + state : "#explorer");
  history.replaceState(null, "", address);
}

function readState() {
  if (!location.hash.startsWith(PREFIX)) return;
  current.set(published);
  quiet();
  const unused = [];
  for (const [id, text] of new URLSearchParams(location.hash.slice(PREFIX.length))) {
    const at = place.get(id);
    if (at === undefined || data.entries[at].fixed || objection(at, text)) unused.push(id.slice(0, 40));
    else current[at] = read(text);
  }
  ignored.hidden = !unused.length;
  ignored.textContent = `Not used from the link, because it has no such assumption or no such value: ${unused.slice(0, 5).join(", ")}${unused.length > 5 ? " and more" : ""}.`;
  schedule(false);
}

function draw() {
  const started = performance.now();
  const found = evaluate(current).slice(), ratio = found[data.totals.ratio];
  result.textContent = Number.isFinite(ratio) ? pounds.format(ratio) : "No ratio: there are no costs";
  for (const [name, cell] of total) cell.textContent = money.format(found[data.totals[name]]);
  warning.hidden = lastYear(current) <= data.horizon + 1e-9;
  drawBeneficiaries(found);
  drawTornado(ratio);
  drawInputs();
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
    if (control.slider) control.slider.value = String(Math.round((STEPS * (current[at] - entry.low)) / (entry.high - entry.low)));
    const wrong = control.typed.getAttribute("aria-invalid") === "true";
    if (!wrong && read(control.typed.value) !== current[at]) control.typed.value = String(current[at]);
    control.legend.className = current[at] === published[at] ? "" : "changed";
  }
  const now = changed(), shown = now.length ? now : before;
  differences.replaceChildren(...shown.map(([at, value]) => make("li", null, {}, line(at, value, now.length > 0))));
  const sets = open.filter((at) => current[at] !== (data.entries[at].was ?? published[at])).map((at) => `--set=${data.entries[at].id}=${current[at]}`);
  again.hidden = !sets.length || !data.command;
  command.textContent = [data.command, ...sets, "--as explored"].join(" ");
  if (!shown.length) make("li", differences, {}, "Nothing: this is the central case, as published where it is printed.");
}

function line(at, value, still) {
  const entry = data.entries[at], outside = value < entry.low || value > entry.high ? ", outside the range of the register" : "";
  const words = `${entry.label}: ${plain.format(value)} instead of ${plain.format(published[at])}${outside}`;
  return still ? words : `${words} (put back)`;
}

addEventListener("hashchange", readState);
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
