// A request as something to paste: curl, fetch, Python.
import { session } from "./control.js";
import { byId, h, say, setText } from "./dom.js";

const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const python = (value) => JSON.stringify(value);

function curl({ method, url, headers, body }) {
  const parts = [`curl -sS -X ${method} ${shell(url)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${shell(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`-d ${shell(body)}`);
  return parts.join(" \\\n  ");
}

function browser({ method, url, headers, body }) {
  const lines = [`const response = await fetch(${JSON.stringify(url)}, {`, `  method: ${JSON.stringify(method)},`];
  lines.push(`  headers: ${JSON.stringify(headers, null, 2).replaceAll("\n", "\n  ")},`);
  if (body !== undefined) lines.push(`  body: ${JSON.stringify(body)},`);
  return [...lines, "});", "console.log(response.status, await response.text());"].join("\n");
}

function script({ method, url, headers, body }) {
  const lines = ["import httpx", "", "response = httpx.request(", `    ${python(method)},`, `    ${python(url)},`];
  lines.push(`    headers=${python(headers)},`);
  if (body !== undefined) lines.push(`    content=${python(body)}.encode(),`);
  return [...lines, ")", "print(response.status_code, response.text)"].join("\n");
}

const LANGUAGES = [["curl", curl], ["fetch", browser], ["Python", script]];

// The page's own request on a parked call.
export function retrieval(call, phone) {
  const view = call.views.find((each) => each.parking) ?? call.views[0];
  return {
    method: "PUT",
    url: `${location.origin}/uapi/phoneCalls/${call.userId}/${call.extension}/${call.id}`,
    headers: { Authorization: `Bearer mock.${session}.${call.userId}`, "Content-Type": "application/json" },
    body: JSON.stringify({ action: "UnPark", sendCallTo: phone, phoneCallViewId: view.id }),
  };
}

let shown = null;

function show(name, tabs, make) {
  for (const tab of tabs) {
    const is = tab.textContent === name;
    tab.setAttribute("aria-selected", String(is));
    tab.tabIndex = is ? 0 : -1;
  }
  shown = make;
  setText(byId("snippet-text"), make);
}

export function open(title, request) {
  setText(byId("snippet-title"), title);
  const tabs = LANGUAGES.map(([name]) => h("button", {
    type: "button", role: "tab", "aria-controls": "snippet-text",
  }, name));
  const pick = (index) => show(LANGUAGES[index][0], tabs, LANGUAGES[index][1](request));
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => pick(index));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (index + step + tabs.length) % tabs.length;
      pick(next);
      tabs[next].focus();
    });
  });
  byId("snippet-tabs").replaceChildren(...tabs);
  pick(0);
  byId("snippet").showModal();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(shown);
    say("Copied.");
  } catch {
    getSelection().selectAllChildren(byId("snippet-text"));
    say("Selected: copy it with the keyboard.");
  }
}

byId("snippet-copy").addEventListener("click", async () => {
  await copy();
  byId("snippet").close();
});
byId("snippet-close").addEventListener("click", () => byId("snippet").close());
