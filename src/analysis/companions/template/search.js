// Finds places of all pages by words. Each word has to stand in a place; those that have them in their names come first.
"use strict";
const MOST = 40, AROUND = 100, PAUSE = 300; // results shown; letters around what is found; milliseconds until the address says it
const root = document.getElementById("search");
const places = JSON.parse(document.getElementById("search-data").textContent).flatMap(([path, page, entries]) =>
  entries.map((entry) => entry.split("\n")).map(([anchor, title, text]) => ({ href: path + (anchor && "#" + anchor), title, text, page })));

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
const worth = (place, words, whole) => {
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

const show = () => {
  const whole = input.value.trim().toLowerCase(), texts = whole.split(/\s+/).filter(Boolean).map(pattern);
  const words = texts.map((text) => new RegExp(text, "i")), every = new RegExp(texts.join("|"), "gi");
  const found = whole ? places.map((place) => [worth(place, words, whole), place]).filter(([value]) => value).sort((a, b) => b[0] - a[0]) : [];
  list.replaceChildren(...found.slice(0, MOST).map(([, place]) => {
    const item = make("li");
    make("a", item, { href: place.href }, ...marked(place.title, every));
    make("small", item, {}, place.page);
    make("p", item, {}, ...marked(excerpt(place.text, every), every));
    return item;
  }));
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
