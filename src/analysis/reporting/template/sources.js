// Where a number comes from, in a panel beside it: its entry of the list at the end of the page, and one step further from there.
// Without scripts a number leads to the list itself. Headings get addresses of their own to copy, and the page's code one switch.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const panel = document.createElement("aside"), close = document.createElement("button"), told = document.createElement("div");
  let from = null;
  panel.className = "source-panel";
  panel.hidden = true;
  panel.tabIndex = -1;
  panel.setAttribute("aria-label", "Where the number comes from");
  close.type = "button";
  close.textContent = "Close";
  panel.append(close, told);
  document.body.append(panel);
  const shut = () => {
    if (panel.hidden) return;
    panel.hidden = true;
    from?.focus({ preventScroll: true });
  };
  const open = (entry) => {
    told.replaceChildren(...[...entry.childNodes].map((node) => node.cloneNode(true)));
    const whole = document.createElement("p"), link = document.createElement("a");
    link.href = "#" + entry.id;
    link.className = "in-list";
    link.textContent = "In the list of all sources";
    whole.append(link);
    told.append(whole);
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
  };
  close.addEventListener("click", shut);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']"), plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.closest(".sources")) return panel.contains(event.target) || shut();
    const entry = document.getElementById(link.hash.slice(1));
    if (link.matches(".in-list")) {
      entry.closest("details").open = true;
      panel.hidden = true;
      return;
    }
    if (!entry?.matches(".sources > li")) return;
    event.preventDefault();
    if (!panel.contains(link)) from = link;
    open(entry);
  });
  const elsewhere = document.querySelector('a[href="explorer.html"]'); // links of values were to this page, when the explorer stood on it
  if (location.hash.startsWith("#explorer?") && elsewhere && !document.getElementById("explorer")) location.replace(elsewhere.href + location.hash);
  const asked = () => {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; } // an address may hold what is no text
  };
  const unfold = () => {
    const entry = document.getElementById(asked());
    if (!entry?.matches(".sources > li")) return;
    entry.closest("details").open = true;
    entry.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
  const code = [...document.querySelectorAll("details.code")], place = document.querySelector(".contents details");
  if (code.length && place) {
    const line = document.createElement("p"), button = document.createElement("button");
    button.type = "button";
    button.className = "code-switch";
    button.textContent = "Show code";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", on);
      code.forEach((fold) => { fold.open = on; });
    });
    line.append(button);
    place.append(line);
    document.body.classList.add("switched-code");
  }
  document.querySelectorAll(".body > :is(h2, h3)[id]").forEach((heading) => {
    const link = document.createElement("a");
    link.className = "permalink";
    link.href = "#" + heading.id;
    link.textContent = "#";
    link.setAttribute("aria-label", "Address of: " + heading.textContent);
    heading.append(link);
  });
});
