// The clock bar: what the session's clock shows, how fast it runs, and jumps.
import { ask } from "./control.js";
import { byId, h, say, setText } from "./dom.js";
import { clockTime, day, duration, sentence } from "./words.js";

const MODES = [["real", "Real time"], ["manual", "Frozen"], ["x10", "×10"], ["x60", "×60"]];

let clock = null;
let heardAt = 0;

export function now() {
  return clock.now + (clock.rate * (performance.now() - heardAt)) / 1000;
}

export function setClock(told) {
  clock = told;
  heardAt = performance.now();
  for (const input of document.querySelectorAll("#modes input")) input.checked = input.value === clock.mode;
}

export function tick() {
  if (!clock) return;
  const moment = now();
  setText(byId("time"), clockTime(moment));
  setText(byId("date"), day(moment));
  const due = clock.nextDue === null ? "Nothing is due." : `Next event in ${duration(clock.nextDue - moment)}`;
  setText(byId("due"), due);
  byId("next").disabled = clock.nextDue === null;
}

async function jump(how) {
  const answer = await ask("POST", "clock/advance", how === "next" ? { to: "next" } : { seconds: Number(how) });
  if (!answer) return;
  const happened = answer.events.map(sentence).join(" ");
  say(happened || (how === "next" ? "Nothing was due." : `${how} s later, nothing happened.`));
}

for (const [value, text] of MODES) {
  const input = h("input", { type: "radio", name: "mode", value });
  input.addEventListener("change", () => ask("PUT", "clock", { mode: value }));
  byId("modes").append(h("label", {}, input, h("span", {}, text)));
}
for (const button of document.querySelectorAll("[data-jump]")) {
  button.addEventListener("click", () => jump(button.dataset.jump));
}
