// What was asked, what was answered, and what happened: the latest first, each exchange against the contract.
import { get } from "./control.js";
import { byId, h, KeyedList, say, setText } from "./dom.js";
import { open } from "./snippet.js";
import { clockTime, sentence } from "./words.js";

const MOST = 60;
const NOT_COPIED = new Set(["host", "content-length", "connection", "accept-encoding", "user-agent", "accept"]);

function body(kept) {
  if (kept.size === 0) return "";
  const text = kept.text ?? `${kept.size} bytes that are no text`;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return kept.isCut ? `${text}…` : text;
  }
}

const pairs = (headers) => headers.map(([name, value]) => `${name}: ${value}`).join("\n");

function message(first, headers, kept) {
  return [first, pairs(headers), "", body(kept)].join("\n").trimEnd();
}

function repeated(request) {
  return {
    method: request.method,
    url: location.origin + request.target,
    headers: Object.fromEntries(request.headers.filter(([name]) => !NOT_COPIED.has(name.toLowerCase()))),
    ...(request.body.size ? { body: request.body.text ?? "" } : {}),
  };
}

function codeOf(reply) {
  try {
    return JSON.parse(reply.body.text).error?.code ?? "";
  } catch {
    return "";
  }
}

function outcome(entry) {
  const { response, faults, preference } = entry;
  const badges = faults.map((fault) => h("span", { class: "badge", "data-kind": "odd" }, fault));
  if (preference) badges.push(h("span", { class: "badge", "data-kind": "odd" }, `Prefer ${preference}`));
  if (!response) return [...badges, h("span", { class: "badge", "data-kind": "bad" }, entry.hasLeft ? "the client left" : "no answer")];
  const words = `${response.status} ${response.status >= 400 ? codeOf(response) : ""}`.trim();
  return [...badges, h("span", { class: "badge", "data-kind": response.status < 400 ? "good" : "bad" }, words)];
}

function reply(title, kept) {
  return h("div", {}, h("h3", {}, title),
    kept ? h("pre", { tabindex: "0", "aria-label": title }, message(`${kept.status}`, kept.headers, kept.body)) : h("p", {}, "Nothing was sent."));
}

function against(entry) {
  const refused = entry.response && entry.response.status >= 400;
  const clauses = entry.clauses.map((id) => h("code", {}, id));
  const title = refused ? "Clauses of the contract that the request breaks" : "Clauses of the contract that the answer carries out";
  return h("div", { class: "wide" }, h("h3", {}, title),
    clauses.length ? h("p", { class: "clauses" }, clauses) : h("p", {}, "None."),
    entry.explanation ? h("p", {}, h("a", { href: entry.explanation }, "Everything that was wrong with it, and a request put right")) : null);
}

function exchange(entry) {
  const { request } = entry;
  const copy = h("button", { type: "button", class: "quiet",
    onclick: () => open(`${request.method} ${request.path}`, repeated(request)) }, "Copy as code");
  const events = entry.events.map((event) => h("li", {}, sentence(event)));
  return h("details", {},
    h("summary", {}, h("time", {}, clockTime(entry.at)), h("span", { class: "method" }, request.action ?? request.method),
      h("span", { class: "target" }, request.path), h("span", { class: "outcome" }, outcome(entry))),
    h("div", { class: "parts" },
      against(entry),
      h("div", { class: "wide" }, h("h3", {}, "What happened"), events.length ? h("ul", {}, events) : h("p", {}, "Nothing: no call changed.")),
      h("div", {}, h("h3", {}, "Request"),
        h("pre", { tabindex: "0", "aria-label": "Request" }, message(`${request.method} ${request.target}`, request.headers, request.body)), copy),
      entry.lost ? reply("The right answer, which was lost", entry.lost) : null,
      reply("Answer", entry.response)));
}

function line(entry) {
  const words = entry.events.map(sentence).join(" ");
  return h("div", { class: "what" }, h("time", {}, clockTime(entry.at)),
    h("span", { class: "happened" }, `${entry.cause === "time" ? "Time" : "By hand"}: ${words}`));
}

const list = new KeyedList(byId("journal"), (entry) => {
  const element = h("li", { class: "entry", "data-number": entry.number });
  let shown = "";
  return {
    element,
    update(next) {
      const wanted = JSON.stringify(next);
      if (wanted === shown) return;
      const isOpen = element.querySelector("details")?.open;
      element.replaceChildren(next.kind === "exchange" ? exchange(next) : line(next));
      if (isOpen) element.querySelector("details").open = true;
      shown = wanted;
    },
  };
});

let told = 0;

// `last` is the highest number that the journal has. Entries are filed as they end, so that a slow one comes
// after others with higher numbers: each time the latest are read again.
export async function follow({ last }) {
  const answer = await get(`journal?after=${Math.max(0, last - MOST)}&limit=1000`);
  const entries = answer.entries.toReversed();
  list.show(entries, (entry) => entry.number);
  const forgotten = answer.evicted.entries ? `, ${answer.evicted.entries} older ones are not kept` : "";
  setText(byId("journal-sum"), `${entries.length} entries${forgotten}`);
  const fresh = entries.filter((entry) => entry.number > told && entry.kind === "happening" && entry.cause === "time");
  if (told && fresh.length) say(fresh.toReversed().flatMap((entry) => entry.events.map(sentence)).join(" "));
  told = last;
}
