// Finds places of all pages by words. Each word has to stand in a place; those that have them in their names come first.
"use strict";
const MOST = 40, FIRST = 12, AROUND = 100, PAUSE = 300; // results shown, and those shown at once; letters around what is found; milliseconds until the address says it
const folded = (text) => text.toLowerCase().replaceAll(",", ""); // for a first look, to which 1,875 is 1875
const root = document.getElementById("search");
const places = JSON.parse(document.getElementById("search-data").textContent).flatMap(([path, page, entries]) =>
  entries.map((entry) => entry.split("\n")).map(([anchor, title, text]) => ({ href: path + (anchor && "#" + anchor), title, text, page, all: folded(title + "\n" + text) })));

const make = (tag, parent, properties, ...words) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...words);
  if (parent) parent.append(element);
  return element;
};
const form = make("form", null, { className: "filter" });
form.setAttribute("role", "search");
const label = make("label", form, { htmlFor: "search-words" }, "Words, numbers, ids");
const input = make("input", form, { type: "search", id: "search-words", autocomplete: "off", spellcheck: false });
const status = make("p", form);
status.setAttribute("role", "status");
const list = make("ol", null, { className: "found" });
root.replaceChildren(form, list);

// 1875 finds 1,875, and the other way round, but no part of another number.
const pattern = (word) => {
  const text = word.replace(/(\d),(?=\d{3})/g, "$1").replace(/[.*+?^${}()|[\]\\\/-]/g, "\\$&").replace(/\d(?=\d)/g, "$&,?");
  return (/^\d/.test(word) ? "(?<![\\d.,])" : "") + text + (/\d$/.test(word) ? "(?!\\d|[.,]\\d)" : "");
};
const worth = (place, plain, words, whole) => {
  if (!plain.every((word) => place.all.includes(word))) return 0; // most places: patterns take longer
  if (!words.every((word) => word.test(place.title) || word.test(place.text))) return 0;
  return 1 + words.filter((word) => word.test(place.title)).length + (place.title.toLowerCase() === whole ? 100 : 0);
};

// The text with what was found in it marked, as text: nothing in it is read as markup.
const marked = (text, every) => {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(every)) {
    parts.push(text.slice(from, found.index), make("mark", null, {}, found[0]));
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)];
};
const excerpt = (text, every) => {
  const first = Math.max(0, text.search(every)), from = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0, to = first + 2 * AROUND;
  return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
};

const shown = (place, every) => {
  const item = make("li");
  make("a", item, { href: place.href }, ...marked(place.title, every));
  make("small", item, {}, place.page);
  make("p", item, {}, ...marked(excerpt(place.text, every), every));
  return item;
};
let rest = 0;
const show = () => {
  const whole = input.value.trim().toLowerCase(), asked = whole.split(/\s+/).filter(Boolean), texts = asked.map(pattern);
  const plain = asked.map(folded), words = texts.map((text) => new RegExp(text, "i")), every = new RegExp(texts.join("|"), "gi");
  const found = whole ? places.map((place) => [worth(place, plain, words, whole), place]).filter(([value]) => value).sort((a, b) => b[0] - a[0]) : [];
  const items = (from, to) => found.slice(from, to).map(([, place]) => shown(place, every));
  list.replaceChildren(...items(0, FIRST));
  clearTimeout(rest);
  rest = setTimeout(() => list.append(...items(FIRST, MOST)), found.length > FIRST ? PAUSE : 0); // below the screen: no key waits for them
  status.textContent = !whole ? "" : !found.length ? "No place holds all of these words: “" + input.value.trim().slice(0, 60) + "”. Choose fewer, or others."
    : found.length === 1 ? "1 place" : found.length > MOST ? found.length + " places; the first " + MOST + " are shown" : found.length + " places";
};
const keep = () => {
  const address = new URL(location.href);
  if (input.value) address.searchParams.set("q", input.value);
  else address.searchParams.delete("q");
  history.replaceState(null, "", address);
};
let waiting;
const read = () => {
  input.value = new URL(location.href).searchParams.get("q") ?? "";
  show();
};
input.addEventListener("input", () => {
  show();
  clearTimeout(waiting);
  waiting = setTimeout(keep, PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  keep();
  list.querySelector("a")?.focus();
});
addEventListener("pageshow", read);
read();
input.focus();
