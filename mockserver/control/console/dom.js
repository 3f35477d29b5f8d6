// Elements from data. Text only ever becomes a text node: nothing that a caller sends can be markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((each) => each !== null && each !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Elements of a list stay the same as long as their item does, so that focus and open menus survive a change.
// `make(item)` returns {element, update(item)}.
export class KeyedList {
  #container;
  #make;
  #shown = new Map();

  constructor(container, make) {
    this.#container = container;
    this.#make = make;
  }

  show(items, keyOf) {
    const keys = new Set(items.map(keyOf));
    let focusLost = false;
    for (const [key, part] of this.#shown) {
      if (keys.has(key)) continue;
      focusLost ||= part.element.contains(document.activeElement);
      part.element.remove();
      this.#shown.delete(key);
    }
    items.forEach((item, index) => {
      const key = keyOf(item);
      let part = this.#shown.get(key);
      if (!part) {
        part = this.#make(item);
        this.#shown.set(key, part);
      }
      part.update(item);
      if (this.#container.children[index] !== part.element) {
        this.#container.insertBefore(part.element, this.#container.children[index] ?? null);
      }
    });
    if (focusLost) this.#container.closest("section")?.querySelector("h2")?.focus();
  }

  each(work) {
    for (const part of this.#shown.values()) work(part);
  }
}

export function option(value, text, selected = false) {
  const element = h("option", { value }, text);
  element.selected = selected;
  return element;
}

// A select is filled anew only if its options differ, and never while somebody has it open.
export function fill(select, options) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options === wanted) return;
  const value = select.value;
  select.replaceChildren(...options.map(([each, text]) => option(each, text)));
  select.dataset.options = wanted;
  if (options.some(([each]) => each === value)) select.value = value;
}

let quiet;

export function say(text) {
  setText(byId("said"), text);
  clearTimeout(quiet);
  quiet = setTimeout(() => setText(byId("said"), ""), 6000);
}

let mended;

export function complain(text) {
  setText(byId("problem"), text);
  clearTimeout(mended);
  if (text) mended = setTimeout(() => setText(byId("problem"), ""), 10000);
}
