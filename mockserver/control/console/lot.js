// The lot as a board: one card a taken slot with its countdown, and the slot that is free next.
import { now } from "./clock.js";
import { ask } from "./control.js";
import { byId, fill, h, KeyedList, say, setText } from "./dom.js";
import { open, retrieval } from "./snippet.js";
import { duration, shortId } from "./words.js";

const MOST = 60;
const CIRCLE = 2 * Math.PI * 20;
const LIMITS = [["25", "25 s"], ["60", "1 min"], ["180", "3 min"], ["3600", "1 h"], ["", "no limit"]];

function ring() {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("aria-hidden", "true");
  const circles = ["track", "left"].map((name) => {
    const circle = document.createElementNS(namespace, "circle");
    for (const [key, value] of Object.entries({ cx: 24, cy: 24, r: 20, class: name })) circle.setAttribute(key, value);
    svg.append(circle);
    return circle;
  });
  circles[1].setAttribute("stroke-dasharray", CIRCLE);
  return { svg, show: (share) => circles[1].setAttribute("stroke-dashoffset", CIRCLE * (1 - share)) };
}

function slotCard(first) {
  if (first.free) return freeCard();
  let item = first;
  const { svg, show } = ring();
  const number = h("span", { class: "plate" });
  const left = h("span", { class: "left", role: "timer", "aria-live": "off" });
  const caller = h("p", { class: "caller" });
  const facts = h("p", { class: "facts" });
  const phone = h("select", { "aria-label": "Phone that retrieves" });
  const retrieve = h("button", { type: "button", class: "main", onclick: async () => {
    const call = await ask("POST", `calls/${item.call.id}/retrieve`, { sendCallTo: phone.value });
    if (call) say(call.phase === "retrieving" ? `${phone.value} rings.` : `Retrieved to ${phone.value}.`);
  } }, "Retrieve");
  const code = h("button", { type: "button", class: "quiet", onclick: () => {
    open(`Retrieve call ${item.call.id}`, retrieval(item.call, phone.value));
  } }, "Code");
  const hangUp = h("button", { type: "button", class: "quiet", onclick: () => ask("DELETE", `calls/${item.call.id}`) },
    "Hang up");
  const element = h("li", { class: "slot" },
    h("div", { class: "dial" }, svg, number),
    h("div", { class: "who" }, caller, facts),
    left,
    h("div", { class: "row" }, phone, retrieve, code, hangUp));
  return {
    element,
    update(next) {
      item = next;
      const { call, slot, terminals } = item;
      const view = call.views.find((each) => each.parking) ?? call.views[0];
      setText(number, String(slot));
      setText(caller, view.callerId ?? view.extension);
      setText(facts, `${call.extension}, parked by ${view.parking?.by ?? "?"}, call ${shortId(call.id)}`);
      facts.title = call.id;
      element.dataset.phase = call.phase;
      element.dataset.call = call.id;
      fill(phone, terminals.map((each) => [each.number, each.number]));
      if (!phone.dataset.touched && terminals.some((each) => each.number === "0003*024")) phone.value = "0003*024";
      phone.onchange = () => { phone.dataset.touched = "yes"; };
      retrieve.disabled = call.phase !== "parked";
      const name = `slot ${slot}`;
      retrieve.setAttribute("aria-label", `Retrieve ${name}`);
      code.setAttribute("aria-label", `Code for ${name}`);
      hangUp.setAttribute("aria-label", `Hang up ${name}`);
    },
    tick() {
      const { call } = item;
      const since = call.views.find((each) => each.parking)?.parking.since;
      if (call.phase === "retrieving") {
        setText(left, `rings ${call.retrieval.extension}`);
        show(1);
      } else if (!call.pending) {
        setText(left, "no limit");
        show(1);
      } else {
        const remaining = call.pending.due - now();
        setText(left, duration(remaining));
        show(Math.min(1, Math.max(0, remaining / (call.pending.due - since))));
        element.classList.toggle("soon", remaining < 10);
      }
    },
  };
}

function freeCard() {
  const number = h("span", { class: "plate" });
  const limit = h("select", { id: "limit" });
  fill(limit, LIMITS);
  limit.value = "180";
  const button = h("button", { type: "button", class: "main", id: "park", onclick: async () => {
    const wanted = { state: "parked", ...(limit.value ? { maxInParking: Number(limit.value) } : {}) };
    const call = await ask("POST", "calls", wanted);
    if (call) say(`Call ${shortId(call.id)} is parked in slot ${call.views[0].parking.slot}.`);
  } }, "Park a call");
  const element = h("li", { class: "slot free" },
    h("div", { class: "dial" }, number),
    h("div", { class: "who" }, h("p", { class: "caller" }, "Free"), h("p", { class: "facts" }, "the next call waits here")),
    h("div", { class: "row" }, h("label", {}, "for ", limit), button));
  return { element, update: (item) => setText(number, String(item.slot)), tick() {} };
}

const board = new KeyedList(byId("board"), slotCard);
const strips = new KeyedList(byId("strips"), () => {
  const title = h("p", {});
  const dots = h("div", { class: "dots", role: "img" });
  return {
    element: h("div", { class: "strip" }, title, dots),
    update({ id, lot }) {
      const taken = Object.keys(lot.taken).length;
      setText(title, `${lot.name} (organization ${id}): ${taken} of ${lot.slots} slots taken`);
      dots.setAttribute("aria-label", `${taken} of ${lot.slots} slots are taken`);
      const last = Math.max(lot.slots, ...Object.keys(lot.taken).map(Number));
      const shown = Array.from({ length: Math.min(last, 600) }, (_, index) => String(index + 1) in lot.taken);
      const wanted = shown.map(Number).join("");
      if (dots.dataset.shown === wanted) return;
      dots.dataset.shown = wanted;
      dots.replaceChildren(...shown.map((is, index) => h("i", { class: is ? "taken" : "", title: `slot ${index + 1}` })));
    },
  };
});

export function show(state) {
  const calls = new Map(state.calls.map((call) => [call.id, call]));
  const phones = state.terminals.filter((each) => each.kind === "Phone Terminal");
  const lots = Object.entries(state.lots).map(([id, lot]) => ({ id, lot }));
  const taken = lots.flatMap(({ id, lot }) => Object.entries(lot.taken).map(([slot, callId]) => ({
    slot: Number(slot), key: `${id}/${callId}`, call: calls.get(callId),
    terminals: phones.filter((each) => each.organizationId === id),
  })));
  const first = lots[0]?.lot;
  const free = first ? Array.from({ length: first.slots }, (_, index) => index + 1).find((each) => !(each in first.taken)) : 0;
  const cards = taken.slice(0, MOST);
  if (free) cards.push({ free: true, key: "free", slot: free });
  board.show(cards, (card) => card.key);
  strips.show(lots, ({ id }) => id);
  const more = taken.length > MOST ? `, the first ${MOST} shown` : "";
  setText(byId("lot-sum"), `${taken.length} parked${more}`);
}

export const tick = () => board.each((part) => part.tick());
