// All live calls with the views their parties have of them.
import { now } from "./clock.js";
import { ask } from "./control.js";
import { byId, h, KeyedList, say, setText } from "./dom.js";
import { duration, FLOWS, PHASES, shortId, STATUSES } from "./words.js";

const MOST = 60;

function views(call) {
  const rows = call.views.map((view) => h("tr", {},
    h("td", {}, view.id), h("td", {}, view.extension), h("td", {}, STATUSES[view.status]), h("td", {}, FLOWS[view.flow]),
    h("td", {}, view.callerId ?? ""),
    h("td", {}, view.parking ? `slot ${view.parking.slot}, by ${view.parking.by}` : "")));
  const heads = ["view", "extension", "status", "flow", "caller id", "parked"].map((text) => h("th", { scope: "col" }, text));
  return h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows));
}

function card(first) {
  const { id } = first;
  const badge = h("span", { class: "badge" });
  const title = h("b", {});
  const left = h("span", { class: "facts" });
  const holder = h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": `Views of call ${id}` });
  const park = h("button", { type: "button", "aria-label": `Park call ${id}`, onclick: async () => {
    const call = await ask("POST", `calls/${id}/park`, { maxInParking: 180 });
    if (call) say(`Call ${shortId(id)} is parked in slot ${call.views[0].parking.slot}, for 3 minutes.`);
  } }, "Park");
  const hangUp = h("button", { type: "button", class: "quiet", "aria-label": `Hang up call ${id}`,
    onclick: () => ask("DELETE", `calls/${id}`) }, "Hang up");
  const element = h("li", { class: "call", "data-call": id },
    h("div", { class: "line" }, badge, title, left, h("span", { class: "row" }, park, hangUp)),
    h("details", {}, h("summary", {}, "Views", h("span", { class: "unseen" }, ` of call ${id}`)), holder));
  let call = first;
  let shown = "";
  return {
    element,
    update(next) {
      call = next;
      setText(badge, PHASES[call.phase]);
      badge.dataset.phase = call.phase;
      const parties = [...new Set(call.views.flatMap((view) => [...view.source, ...view.destination]))];
      setText(title, parties.join(" → "));
      title.title = id;
      park.hidden = call.phase !== "on call";
      const wanted = JSON.stringify(call.views);
      if (wanted !== shown) holder.replaceChildren(views(call));
      shown = wanted;
    },
    tick() {
      const due = call.pending ? `, ${call.pending.picksUp ? "picked up" : "over"} in ${duration(call.pending.due - now())}` : "";
      const age = call.answered === null ? "not answered" : `since ${duration(now() - call.answered)}`;
      setText(left, `${shortId(id)}, ${age}${call.phase === "parked" ? "" : due}`);
    },
  };
}

const list = new KeyedList(byId("calls"), card);

export function show(state) {
  const ordered = [...state.calls].sort((one, other) => other.published - one.published);
  list.show(ordered.slice(0, MOST), (call) => call.id);
  const more = ordered.length > MOST ? `, the latest ${MOST} shown` : "";
  setText(byId("calls-sum"), `${ordered.length} live${more}`);
}

export const tick = () => list.each((part) => part.tick());

byId("make").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ""));
  const call = await ask("POST", "calls", given);
  if (call) say(`Call ${shortId(call.id)} is ${PHASES[call.phase]}.`);
});
