// The control plane: the only thing this page ever talks to.
import { byId, complain } from "./dom.js";

const TOKEN = "callpark-control-token";
const fragment = new URLSearchParams(location.hash.slice(1));
if (fragment.has("token")) {
  sessionStorage.setItem(TOKEN, fragment.get("token"));
  history.replaceState(null, "", location.pathname + location.search);
}

export const session = new URLSearchParams(location.search).get("session") || "default";

function headers() {
  const token = sessionStorage.getItem(TOKEN);
  return {
    "X-Callpark-Session": session,
    ...(token ? { "X-Callpark-Control-Token": token } : {}),
  };
}

class Refused extends Error {}

async function answerOf(method, path, body) {
  const response = await fetch(`/_mock/${path}`, {
    method,
    headers: { ...headers(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 401) {
    await unlock();
    return answerOf(method, path, body);
  }
  const content = await response.json();
  if (!response.ok) throw new Refused(content.error?.message ?? `status ${response.status}`);
  return content;
}

export async function get(path) {
  return answerOf("GET", path);
}

// Does what a button is for, and says what is wrong where it cannot be done: null then.
export async function ask(method, path, body) {
  try {
    const content = await answerOf(method, path, body);
    complain("");
    return content;
  } catch (error) {
    complain(error instanceof Refused ? error.message : "The mock does not answer.");
    return null;
  }
}

let unlocking;

function unlock() {
  sessionStorage.removeItem(TOKEN);
  unlocking ??= new Promise((resolve) => {
    const dialog = byId("unlock");
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(TOKEN, byId("token").value);
      unlocking = undefined;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return unlocking;
}

// Server-sent events by hand, because EventSource sends no header. `heard(name, data)` gets every event;
// `linked(true or false)` is told when the stream stands and when it is gone. It is taken up again for ever.
export async function listen(heard, linked) {
  for (;;) {
    try {
      await stream(heard, linked);
    } catch {
      // The mock has gone, or has not come yet: try again below.
    }
    linked(false);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function stream(heard, linked) {
  const response = await fetch("/_mock/events", { headers: headers() });
  if (response.status === 401) return unlock();
  if (!response.ok) throw new Error(`status ${response.status}`);
  linked(true);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return undefined;
    const blocks = (waiting + value).split("\n\n");
    waiting = blocks.pop();
    for (const block of blocks) dispatch(block, heard);
  }
}

function dispatch(block, heard) {
  const fields = block.split("\n").map((line) => line.split(/: ?(.*)/s));
  const of = (name) => fields.filter(([field]) => field === name).map(([, value]) => value).join("\n");
  if (of("data")) heard(of("event"), JSON.parse(of("data")));
}
