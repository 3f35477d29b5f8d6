// Phones that one can pick up, make busy, or unplug.
import { ask } from "./control.js";
import { byId, fill, h, KeyedList, say, setText } from "./dom.js";
import { answersOf, shortId } from "./words.js";

function line(terminal, calls) {
  if (terminal.ringing) return ["ringing", `rings, call ${shortId(terminal.ringing)}`];
  const talks = calls.find((call) => call.phase === "on call" && call.views.some((view) => view.extension === terminal.number));
  if (talks) return ["talking", `on call ${shortId(talks.id)}`];
  const waits = calls.find((call) => call.views.some((view) => view.parking && view.extension === terminal.number));
  if (waits) return ["waiting", `in the lot, call ${shortId(waits.id)}`];
  return ["idle", terminal.kind === "Phone Terminal" ? "idle" : terminal.kind];
}

function phone(first) {
  const { number } = first.terminal;
  const name = h("b", {}, number);
  const owner = h("span", { class: "facts" });
  const doing = h("span", { class: "doing" });
  const answering = h("select", { "aria-label": `How ${number} answers` });
  answering.addEventListener("change", async () => {
    const [pickup, after] = answering.value.split("/");
    await ask("PUT", `terminals/${encodeURIComponent(number)}`, { pickup, after: Number(after) });
  });
  const pick = h("button", { type: "button", class: "main", "aria-label": `Pick up ${number}`, onclick: async () => {
    const call = await ask("POST", `terminals/${encodeURIComponent(number)}/pick-up`);
    if (call) say(`${number} picked up call ${shortId(call.id)}.`);
  } }, "Pick up");
  const element = h("li", { class: "phone" }, h("p", {}, name, " ", owner), doing, answering, pick);
  return {
    element,
    update({ terminal, calls }) {
      const [state, words] = line(terminal, calls);
      element.dataset.state = state;
      setText(owner, `${terminal.callerId}, user ${terminal.userId}`);
      setText(doing, words);
      const [value, all] = answersOf(terminal.answering);
      fill(answering, all);
      if (document.activeElement !== answering || answering.value !== value) answering.value = value;
      pick.hidden = !terminal.ringing;
      answering.hidden = terminal.kind !== "Phone Terminal";
    },
  };
}

const list = new KeyedList(byId("phones"), phone);

export function show(state) {
  const ringing = state.terminals.filter((each) => each.ringing).length;
  setText(byId("phones-sum"), ringing ? `${ringing} ringing` : "quiet");
  list.show(state.terminals.map((terminal) => ({ terminal, calls: state.calls })), ({ terminal }) => terminal.number);
  const charged = state.terminals.filter((each) => each.kind === "Phone Terminal");
  fill(byId("make-extension"), charged.map((each) => [each.number, each.number]));
}
