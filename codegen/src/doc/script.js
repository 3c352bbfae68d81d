"use strict";
(() => {
  const root = document.documentElement;
  const remember = (value) => { try { localStorage.setItem("comi-theme", value); } catch { /* a file may have none */ } };
  try { const theme = localStorage.getItem("comi-theme"); if (theme) root.dataset.theme = theme; } catch { /* as above */ }
  document.querySelector(".theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  });

  const body = document.body;
  document.querySelector(".menu").addEventListener("click", () => body.classList.toggle("open"));
  const nav = document.querySelector("nav");
  nav.addEventListener("click", (event) => { if (event.target.tagName === "A") body.classList.remove("open"); });

  // The place in the tree follows the page.
  const links = new Map([...nav.querySelectorAll("a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  let current = null;
  const mark = (id) => {
    const link = links.get(id);
    if (!link || link === current) return;
    if (current) current.classList.remove("here");
    current = link;
    link.classList.add("here");
    for (let at = link.parentElement; at && at !== nav; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    const box = link.getBoundingClientRect(), frame = nav.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) nav.scrollTop += box.top - frame.top - frame.height / 3;
  };
  const cards = [...document.querySelectorAll("main section[id]")];
  if ("IntersectionObserver" in window) {
    const watcher = new IntersectionObserver((entries) => {
      const seen = entries.filter((entry) => entry.isIntersecting);
      if (seen.length) mark(seen[0].target.id);
    }, { rootMargin: "-70px 0px -75% 0px" });
    for (const card of cards) watcher.observe(card);
  }
  addEventListener("hashchange", () => mark(decodeURIComponent(location.hash.slice(1))));
  if (location.hash) mark(decodeURIComponent(location.hash.slice(1)));

  // Search: every word must be in the card's text; those with the words in their name come first.
  const input = document.getElementById("search"), found = document.getElementById("found");
  let index = null, chosen = 0;
  const build = () => cards.map((card) => ({
    id: card.id,
    name: (card.querySelector("h1, .path") || card).textContent.toLowerCase(),
    kind: card.querySelector(".kind") ? card.querySelector(".kind").textContent : "module",
    last: (card.querySelector(".path b") || card.querySelector("h1")).textContent.toLowerCase(),
    text: card.textContent.toLowerCase(),
    said: card.querySelector(".prose") ? card.querySelector(".prose").textContent.slice(0, 140) : "",
  }));
  const choose = (at) => {
    const items = found.querySelectorAll("a");
    if (!items.length) return;
    chosen = (at + items.length) % items.length;
    items.forEach((item, place) => item.classList.toggle("chosen", place === chosen));
    items[chosen].scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    found.hidden = !words.length;
    found.textContent = "";
    if (!words.length) return;
    index = index || build();
    const weight = (card) => card.last === words[0] ? 0 : words.every((word) => card.last.includes(word)) ? 1
      : words.every((word) => card.name.includes(word)) ? 2 : 3;
    const hits = index.filter((card) => words.every((word) => card.text.includes(word)))
      .map((card) => [weight(card), card]).sort((a, b) => a[0] - b[0]);
    for (const [, card] of hits.slice(0, 60)) {
      const item = document.createElement("a"), kind = document.createElement("span"), path = document.createElement("code");
      const said = document.createElement("small");
      item.href = "#" + encodeURIComponent(card.id);
      kind.textContent = card.kind;
      path.textContent = card.id;
      said.textContent = card.said;
      item.append(kind, path, said);
      found.append(item);
    }
    if (!hits.length) found.textContent = "Nothing found.";
    else if (hits.length > 60) found.append(`and ${hits.length - 60} more`);
    choose(0);
  };
  const close = () => { input.value = ""; found.hidden = true; input.blur(); };
  input.addEventListener("input", search);
  found.addEventListener("click", (event) => { if (event.target.closest("a")) close(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { choose(chosen + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { choose(chosen - 1); event.preventDefault(); }
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") { const item = found.querySelector(".chosen"); if (item) { location.hash = item.hash; close(); } }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== input) { input.focus(); event.preventDefault(); }
  });
})();
