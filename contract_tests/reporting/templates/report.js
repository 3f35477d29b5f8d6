"use strict";
(() => {
  const tools = document.getElementById("filter");
  const words = document.getElementById("filter-words");
  const verdict = document.getElementById("filter-verdict");
  const clear = document.getElementById("filter-clear");
  const said = document.getElementById("filter-said");
  const sections = [...document.querySelectorAll("main > section")].filter((each) => each.dataset.filtered !== undefined);
  const judged = ".finding, .obstructed > li, .clauses > tbody > tr";
  const overview = document.querySelectorAll("main > section:not([data-filtered], .verdict)");
  const items = sections.flatMap((section) =>
    [...section.querySelectorAll(`${judged}, .observations > tbody > tr, .reading, #exchanges > details`)].map((element) => ({
      element,
      standing: element.dataset.standing ?? element.closest("[data-standing]")?.dataset.standing,
    })),
  );
  const groups = [...document.querySelectorAll(".same-cause, .clauses, .finding:has(.obstructed)")];

  const textOf = (item) => (item.text ??= `${item.element.id} ${item.element.textContent}`.toLowerCase());

  function apply() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const filtering = wanted.length > 0 || verdict.value !== "";
    const found = new Set();
    for (const item of items) {
      const fits =
        (verdict.value === "" || item.standing === verdict.value) && wanted.every((word) => textOf(item).includes(word));
      item.element.hidden = !fits;
      if (fits) found.add(item.element);
    }
    for (const group of groups) {
      const within = group.querySelectorAll(judged);
      const some = [...within].some((each) => !each.hidden);
      group.hidden = !some;
      const heading = group.matches(".clauses") ? group.previousElementSibling : null;
      if (heading) heading.hidden = !some;
      if (group.matches(".same-cause") && filtering) group.open = some;
    }
    let shown = 0;
    for (const section of sections) {
      const own = items.filter((item) => section.contains(item.element) && !item.element.matches(".finding:has(.obstructed)"));
      const left = own.filter((item) => found.has(item.element)).length;
      section.hidden = filtering && left === 0;
      shown += left;
    }
    for (const each of overview) each.hidden = filtering;
    clear.hidden = !filtering;
    said.textContent = filtering ? `${shown} ${shown === 1 ? "entry" : "entries"} shown` : "";
  }

  function reset() {
    words.value = "";
    verdict.value = "";
    apply();
  }

  function reveal() {
    const target = document.querySelector(":target");
    if (!target) return;
    if (target.closest("[hidden]")) reset();
    for (let each = target; each; each = each.parentElement) if (each.matches("details")) each.open = true;
    target.scrollIntoView();
  }

  let waiting;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  verdict.addEventListener("change", apply);
  clear.addEventListener("click", () => {
    reset();
    words.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "Escape" && tools.contains(event.target)) reset();
  });
  addEventListener("hashchange", reveal);
  tools.hidden = false;
  if (words.value || verdict.value) apply();
  reveal();
})();
