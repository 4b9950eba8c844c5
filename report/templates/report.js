"use strict";
(() => {
  // Sorting: a click on a column's title sorts by it, a second one turns the order round.
  const table = document.getElementById("results");
  const body = table.tBodies[0];
  const heads = [...table.querySelectorAll("th")];
  const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
  function sort(column) {
    const head = heads[column];
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((h) => h.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const numeric = head.classList.contains("number");
    const rows = [...body.rows].sort((a, b) => {
      const x = key(a, column), y = key(b, column);
      const order = numeric ? Number(x) - Number(y) : x.localeCompare(y);
      return down ? -order : order;
    });
    body.append(...rows);
  }
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => sort(column)));

  // Filtering: rows that hold every word.
  const filter = document.getElementById("filter");
  const shown = document.getElementById("shown");
  function show() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase() + " " + [...row.cells].map((c) => c.textContent.toLowerCase()).join(" ");
      row.hidden = !words.every((w) => text.includes(w));
      n += row.hidden ? 0 : 1;
    }
    shown.textContent = words.length ? `${n} of ${body.rows.length} rows` : `${n} rows`;
  }
  filter.addEventListener("input", show);
  show();

  // Values in figures: by pointing, or by Tab into a figure and then the arrow keys.
  const tip = document.getElementById("tip");
  function open(mark) {
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    const at = mark.getBoundingClientRect();
    const left = Math.min(at.left + at.width / 2 - tip.offsetWidth / 2, document.documentElement.clientWidth - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(4, left) + window.scrollX}px`;
    const above = at.top - tip.offsetHeight - 4;
    tip.style.top = `${(above > 0 ? above : at.bottom + 4) + window.scrollY}px`;
  }
  const close = () => { tip.hidden = true; };
  for (const group of document.querySelectorAll(".tips")) {
    const marks = [...group.children];
    marks.forEach((mark, i) => {
      mark.tabIndex = i === 0 ? 0 : -1;
      mark.addEventListener("pointerenter", () => open(mark));
      mark.addEventListener("pointerleave", close);
      mark.addEventListener("focus", () => open(mark));
      mark.addEventListener("blur", close);
      mark.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (event.key === "Escape") close();
        if (!step) return;
        event.preventDefault();
        const next = marks[(i + step + marks.length) % marks.length];
        mark.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      });
    });
  }

  // report.html#selftest sorts and filters once and writes down what came of it, for the tests.
  if (location.hash === "#selftest") {
    const numeric = heads.findIndex((h) => h.classList.contains("number"));
    const values = () => [...body.rows].map((r) => Number(key(r, numeric)));
    const ordered = (sign) => values().every((v, i, all) => i === 0 || sign * (v - all[i - 1]) >= 0);
    heads[numeric].querySelector("button").click();
    const up = ordered(1);
    heads[numeric].querySelector("button").click();
    const down = ordered(-1);
    filter.value = "no row has this";
    filter.dispatchEvent(new Event("input"));
    const none = [...body.rows].every((r) => r.hidden);
    filter.value = "";
    filter.dispatchEvent(new Event("input"));
    const mark = document.querySelector(".tips circle");
    mark.dispatchEvent(new Event("pointerenter"));
    const told = !tip.hidden && tip.textContent !== "";
    mark.focus();
    mark.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    const walked = document.activeElement === mark.nextElementSibling;
    const drawn = [...document.querySelectorAll("figure svg")].every((s) => s.getBoundingClientRect().height > 100);
    document.documentElement.dataset.selftest = JSON.stringify({ up, down, none, told, walked, drawn });
  }
})();
