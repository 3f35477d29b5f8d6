// Scenario, wire faults, variants and defects of this session.
import { ask, get } from "./control.js";
import { byId, fill, h, KeyedList, say, setText } from "./dom.js";

const FAULTS = [
  ["lost", "The answer gets lost", { fault: "EMPTY_RESPONSE", strikes: "after" }],
  ["dropped", "The request gets lost", { fault: "EMPTY_RESPONSE", strikes: "before" }],
  ["reset", "The connection is reset", { fault: "CONNECTION_RESET_BY_PEER" }],
  ["slow", "The answer takes 3 seconds", { fixedDelayMilliseconds: 3000 }],
  ["429", "429 too many requests", { fault: "TOO_MANY_REQUESTS", retryAfter: 5 }],
  ["503", "503 with Retry-After", { fault: "SERVICE_UNAVAILABLE", retryAfter: 5 }],
  ["truncated", "The answer is cut short", { fault: "TRUNCATED_BODY" }],
  ["malformed", "The answer is no JSON", { fault: "MALFORMED_JSON" }],
  ["media", "The answer has the wrong type", { fault: "WRONG_CONTENT_TYPE" }],
  ["schema", "The answer breaks its schema", { fault: "SCHEMA_VIOLATION" }],
];

function switchOf(title, words, ...children) {
  return h("div", { class: "switch" }, h("h3", {}, title), h("p", {}, words), ...children);
}

const scenario = h("select", { "aria-label": "Scenario" });
const chosen = h("select", { "aria-label": "Wire fault" });
const target = h("select", { "aria-label": "Which requests" });
const times = h("select", { "aria-label": "How often" });
const faults = h("div", { class: "chips", role: "group", "aria-label": "Wire faults that are set" });
const variant = h("select", { "aria-label": "Variant" });
const variants = h("div", { class: "chips", role: "group", "aria-label": "Variants that are on" });
const defect = h("select", { "aria-label": "Defect" });
const behaviourWords = h("p", {});

function chip(text, label, away) {
  return h("span", { class: "chip" }, text, h("button", { type: "button", "aria-label": label, onclick: away }, "×"));
}

const faultChips = new KeyedList(faults, (fault) => ({
  element: chip(faultWords(fault), `Take ${fault.id} away`, () => ask("DELETE", `faults/${fault.id}`)),
  update() {},
}));

function faultWords({ settings, isSpent, id }) {
  const known = FAULTS.find(([, , each]) => Object.entries(each).every(([key, value]) => settings[key] === value));
  const what = known ? known[1] : settings.fault ?? "Delay";
  const where = settings.request?.action ? ` (${settings.request.action})` : "";
  return `${what}${where}${isSpent ? ", done" : ""}`.trim() || id;
}

export async function readFaults() {
  const { faults: set } = await get("faults");
  faultChips.show(set, (fault) => `${fault.id}/${fault.isSpent}`);
}

async function setFault() {
  const [, , what] = FAULTS.find(([id]) => id === chosen.value);
  const wanted = { ...what };
  if (target.value) wanted.request = { action: target.value };
  if (times.value) wanted.times = Number(times.value);
  if (await ask("POST", "faults", wanted)) say("The wire fault is set.");
}

let behaviour = { variants: [], defect: null };
let catalogue = { variants: [], defects: [] };

async function behave(change) {
  await ask("PUT", "behaviour", { ...behaviour, ...change });
}

let scenarios = [];
const scenarioWords = h("p", {});

const variantChips = new KeyedList(variants, (slug) => ({
  element: chip(slug, `Switch ${slug} off`, () => behave({ variants: behaviour.variants.filter((each) => each !== slug) })),
  update() {},
}));

function showBehaviour() {
  variantChips.show(behaviour.variants, (slug) => slug);
  fill(variant, [["", "choose one"], ...catalogue.variants.filter(({ slug }) => !behaviour.variants.includes(slug)).map(({ slug }) => [slug, slug])]);
  variant.value = "";
  fill(defect, [["", "none: the mock conforms"], ...catalogue.defects.map(({ slug }) => [slug, slug])]);
  defect.value = behaviour.defect ?? "";
  const on = [...catalogue.variants.filter(({ slug }) => behaviour.variants.includes(slug)),
    ...catalogue.defects.filter(({ slug }) => slug === behaviour.defect)];
  setText(behaviourWords, on.map(({ summary }) => summary).join(" "));
}

let inForce = "";

function showScenario() {
  fill(scenario, [...new Set([inForce, ...scenarios.map(({ name }) => name)])].map((each) => [each, each]));
  setText(scenarioWords, scenarios.find(({ name }) => name === inForce)?.description ?? "");
  if (document.activeElement !== scenario) scenario.value = inForce;
}

export function show(state) {
  inForce = state.scenario;
  showScenario();
  if (JSON.stringify(behaviour) !== JSON.stringify(state.behaviour)) {
    behaviour = state.behaviour;
    showBehaviour();
  }
}

export async function open() {
  fill(chosen, FAULTS.map(([id, text]) => [id, text]));
  fill(target, [["", "any request"], ["UnPark", "UnPark"], ["Park", "Park"]]);
  target.value = "UnPark";
  fill(times, [["1", "once"], ["3", "three times"], ["", "every time"]]);
  times.value = "1";
  const set = h("button", { type: "button", onclick: setFault }, "Set the fault");
  scenario.addEventListener("change", async () => {
    if (await ask("PUT", "scenario", { name: scenario.value })) say(`The scenario is ${scenario.value}.`);
  });
  variant.addEventListener("change", () => behave({ variants: [...behaviour.variants, variant.value] }));
  defect.addEventListener("change", () => behave({ defect: defect.value || null }));
  byId("switches").replaceChildren(
    switchOf("Scenario", "Who exists, who talks, what is parked.", h("div", { class: "row" }, scenario), scenarioWords),
    switchOf("Wire faults", "What a network does once a month, on demand.", h("div", { class: "row" }, chosen, target, times, set), faults),
    switchOf("Variants", "Other behaviours that conform as well.", h("div", { class: "row" }, variant), variants),
    switchOf("Defect", "One wrong behaviour, to see what an app or a checker makes of it.", h("div", { class: "row" }, defect), behaviourWords));
  catalogue = await get("behaviours");
  showBehaviour();
  ({ scenarios } = await get("scenarios"));
  showScenario();
}
