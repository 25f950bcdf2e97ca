// The frame around a draft's pages: shows the page that is open, and puts a new one in its place where the reader is.
"use strict";
(() => {
  const pages = document.getElementById("pages"), problems = document.getElementById("problems");
  const status = document.getElementById("state");
  const FIRST = "index.html", HOME = new URL("pages/", location.href.split("#")[0]);
  const PARTS = [["file", "File"], ["row", "Row"], ["column", "Column"], ["found", "Found"], ["expected", "Expected"], ["action", "What to do"]];
  let frame = null, current = "", shownVersion = 0, events = null, versions = {}, loading = null;

  // Where the reader is: what stands at the top, which folds are open, what was typed or chosen
  const keyed = (document, selector) => {
    const counts = new Map();
    return [...document.querySelectorAll(selector)].map((node) => {
      const near = node.id || node.closest("[id]")?.id || "";
      const count = counts.get(near) || 0;
      counts.set(near, count + 1);
      return [near + " " + count, node];
    });
  };
  const FIELDS = "input, select, textarea";
  const valueOf = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);
  const first = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.defaultChecked;
    return field.tagName === "SELECT" ? ([...field.options].find((each) => each.defaultSelected) || field.options[0])?.value : field.defaultValue;
  };
  const place = (window) => {
    const { document } = window;
    const above = [...document.querySelectorAll("[id]")].filter((node) => {
      const box = node.getBoundingClientRect();
      return box.height && box.top <= 1;
    }).pop();
    return {
      y: window.scrollY, anchor: above?.id, offset: above ? above.getBoundingClientRect().top : 0,
      folds: new Map(keyed(document, "details").map(([key, node]) => [key, node.open])),
      fields: new Map(keyed(document, FIELDS).filter(([, node]) => valueOf(node) !== first(node)).map(([key, node]) => [key, valueOf(node)])),
      focus: document.activeElement?.id, wide: new Map(keyed(document, "[tabindex='0']").filter(([, node]) => node.scrollLeft).map(([key, node]) => [key, node.scrollLeft])),
    };
  };
  const bringBack = (window, was) => {
    const { document } = window;
    keyed(document, FIELDS).forEach(([key, node]) => {
      if (!was.fields.has(key)) return;
      node[node.type === "checkbox" || node.type === "radio" ? "checked" : "value"] = was.fields.get(key);
      ["input", "change"].forEach((name) => node.dispatchEvent(new window.Event(name, { bubbles: true })));
    });
    keyed(document, "details").forEach(([key, node]) => { if (was.folds.has(key)) node.open = was.folds.get(key); });
    keyed(document, "[tabindex='0']").forEach(([key, node]) => { if (was.wide.has(key)) node.scrollLeft = was.wide.get(key); });
    const anchor = was.anchor && document.getElementById(was.anchor);
    const y = anchor ? window.scrollY + anchor.getBoundingClientRect().top - was.offset : was.y;
    window.scrollTo({ top: y, behavior: "instant" });
    if (was.focus) document.getElementById(was.focus)?.focus({ preventScroll: true });
  };

  const pathOf = (window) => {
    const here = window.location.href.split(/[?#]/)[0];
    return here.startsWith(HOME.href) ? decodeURI(here.slice(HOME.href.length)) : here.slice(HOME.href.length - "pages/".length);
  };
  const listen = () => {
    events?.close();
    events = new EventSource("events?page=" + encodeURIComponent(current));
    events.onmessage = ({ data }) => tell(JSON.parse(data));
    events.onerror = () => { status.textContent = "no live run answers; it may have ended, or be starting anew"; };
  };
  // The reader went to another page, by a link or otherwise
  const opened = () => {
    const path = pathOf(frame.contentWindow);
    document.title = "Draft: " + frame.contentDocument.title;
    history.replaceState(null, "", "#" + path + frame.contentWindow.location.hash);
    if (path === current) return;
    current = path;
    shownVersion = versions[current] || 0;
    listen();
  };
  // What is not of this draft opens beside it
  const outside = (document) => [...document.links].filter((link) => link.origin !== location.origin).forEach((link) => {
    link.target = "_blank";
    link.rel = "noopener";
  });
  const put = (address, version, was) => {
    loading?.remove();
    const made = document.createElement("iframe");
    loading = made;
    made.title = "Page";
    made.addEventListener("load", () => {
      if (made !== loading && made !== frame) return;
      outside(made.contentDocument);
      if (made === loading) {
        if (was) bringBack(made.contentWindow, frame ? place(frame.contentWindow) : was);
        made.className = "shown";
        frame?.remove();
        frame = made;
        loading = null;
        shownVersion = version;
        made.contentWindow.addEventListener("hashchange", opened);
        requestAnimationFrame(() => requestAnimationFrame(() => {
          document.body.dataset.shown = String(version);
        }));
      } else shownVersion = versions[pathOf(made.contentWindow)] || 0;
      opened();
      follow();
    });
    made.src = address;
    pages.append(made);
  };
  // The first page is asked for once its version is told, so that it is not put in place twice
  const follow = () => {
    const version = versions[current] || 0;
    if (!frame && !loading) put(begin, version, null);
    else if (frame && version !== shownVersion && !(loading && loading.dataset.version === String(version))) {
      put(frame.contentWindow.location.href, version, place(frame.contentWindow));
      loading.dataset.version = String(version);
    }
  };
  const tell = (state) => {
    versions = state.versions;
    follow();
    const running = state.running.length ? "running " + state.running.join(", ") : "";
    status.textContent = [running || state.last || "up to date"].join("");
    problems.replaceChildren(...state.problems.map(shown));
    problems.hidden = !state.problems.length;
    document.body.dataset.busy = running ? "yes" : "";
  };
  const shown = (problem) => {
    const part = document.createElement("div"), title = document.createElement("h2");
    title.textContent = problem.where + ": stopped. The page shows what stood before.";
    part.append(title);
    if (problem.text) {
      const text = document.createElement("pre");
      text.textContent = problem.text;
      part.append(text);
      return part;
    }
    const list = document.createElement("dl");
    PARTS.filter(([name]) => problem[name]).forEach(([name, label]) => {
      const term = document.createElement("dt"), said = document.createElement("dd");
      term.textContent = label;
      said.textContent = problem[name];
      said.dataset.part = name;
      list.append(term, said);
    });
    part.append(list);
    return part;
  };
  const [asked, hash] = location.hash.slice(1).split("#");
  current = asked || FIRST;
  const begin = (current.startsWith("private/") ? "" : "pages/") + current + (hash ? "#" + hash : "");
  listen();
})();
