// Behaviour of the documentation's pages. Everything is readable without it: tabs stand below each other, copy buttons stay hidden.
"use strict";

(() => {
  const remembered = "dispatch.docs.tab";
  document.documentElement.lang ||= "en";   // Scalar's page has none

  for (const tabs of document.querySelectorAll(".tabs")) makeTabs(tabs);
  choose(read() ?? "");
  makeCopyButtons();
  followReader();

  // ---- Tabs (WAI-ARIA: tablist with automatic activation). One choice holds for all blocks that have it.

  function makeTabs(tabs) {
    const list = document.createElement("div");
    list.className = "tab-list";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", "Language");
    [...tabs.children].forEach((panel, i) => {
      const id = `tabs-${[...document.querySelectorAll(".tabs")].indexOf(tabs)}-${i}`;
      const tab = document.createElement("button");
      tab.type = "button";
      tab.id = id;
      tab.textContent = panel.dataset.tab;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", `${id}-panel`);
      list.append(tab);
      panel.id = `${id}-panel`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", id);
    });
    tabs.prepend(list);
    tabs.classList.add("scripted");
    show(tabs, list.firstElementChild);
    list.addEventListener("click", event => pick(event.target.closest("[role=tab]")));
    list.addEventListener("keydown", onKey);
  }

  function onKey(event) {
    const all = [...event.currentTarget.children];
    const at = all.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = all.at(to % all.length);
    tab.focus();
    pick(tab);
  }

  // The block under the reader's hand stays where it is while blocks above it change their height.
  function pick(tab) {
    if (!tab) return;
    const before = tab.getBoundingClientRect().top;
    choose(tab.textContent);
    scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" });
    try { localStorage.setItem(remembered, tab.textContent); } catch { /* storage is off; the choice holds for this page */ }
  }

  function read() {
    try { return localStorage.getItem(remembered); } catch { return null; }
  }

  function choose(name) {
    for (const tab of document.querySelectorAll(".tabs [role=tab]")) {
      if (tab.textContent === name) show(tab.closest(".tabs"), tab);
    }
  }

  function show(tabs, chosen) {
    for (const tab of tabs.querySelectorAll("[role=tab]")) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
    }
  }

  // ---- Copying

  function makeCopyButtons() {
    for (const button of document.querySelectorAll(".docs .copy")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const source = button.dataset.source
          ? document.getElementById(button.dataset.source)
          : button.closest(".code").querySelector("code");
        tell(button, await copy(source.textContent) ? "Copied" : "Select the text and copy it");
      });
    }
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyOldWay(text);   // plain http: no clipboard API
    }
  }

  function copyOldWay(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "offscreen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }

  function tell(button, text) {
    const label = button.dataset.label ??= button.textContent;
    button.textContent = text;
    document.querySelector(".docs .copied").textContent = text;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      button.textContent = label;
      document.querySelector(".docs .copied").textContent = "";
    }, 2000);
  }

  // ---- The contents show where the reader is

  function followReader() {
    const contents = document.querySelector(".docs .toc .contents");
    if (!contents) return;
    contents.classList.add("scripted");
    const headings = [...document.querySelectorAll(".guide section > :is(h2, h3)[id]")];
    const links = new Map([...contents.querySelectorAll("a")].map(link => [link.hash.slice(1), link]));
    let waiting = false;
    const update = () => {
      waiting = false;
      const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
      const here = atEnd ? headings.at(-1) : headings.filter(heading => heading.getBoundingClientRect().top < 140).at(-1);
      for (const link of links.values()) link.removeAttribute("aria-current");
      for (const item of contents.children) item.classList.remove("here");
      const link = links.get(here?.id);
      if (!link) return;
      link.setAttribute("aria-current", "location");
      link.closest(".contents > li").classList.add("here");
      keepInSight(link);
    };
    addEventListener("scroll", () => {
      if (!waiting) requestAnimationFrame(update);
      waiting = true;
    }, { passive: true });
    update();
  }

  function keepInSight(link) {
    const bar = link.closest(".toc");
    const top = link.getBoundingClientRect().top - bar.getBoundingClientRect().top;
    if (top < 40 || top > bar.clientHeight - 60) bar.scrollTop += top - bar.clientHeight / 3;
  }

  for (const link of document.querySelectorAll(".docs .toc-small a")) link.addEventListener("click", () => {
    link.closest("details").open = false;
  });
})();
