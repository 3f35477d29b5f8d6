// Puts the page together, and keeps it up to date.
import { setClock, tick as tickClock } from "./clock.js";
import * as calls from "./calls.js";
import { ask, get, listen, session } from "./control.js";
import { byId, h, say, setText } from "./dom.js";
import * as journal from "./journal.js";
import * as lot from "./lot.js";
import * as phones from "./phones.js";
import * as switches from "./switches.js";

const heard = {
  state(state) {
    setClock(state.clock);
    lot.show(state);
    phones.show(state);
    calls.show(state);
    switches.show(state);
    tick();
  },
  journal: journal.follow,
  faults: switches.readFaults,
};

function tick() {
  tickClock();
  lot.tick();
  calls.tick();
}

function linked(is) {
  byId("link").dataset.linked = String(is);
  setText(byId("link"), is ? "Live" : "Not connected");
}

byId("session").value = session;
byId("session-form").addEventListener("submit", (event) => {
  event.preventDefault();
  location.search = `?${new URLSearchParams({ session: byId("session").value })}`;
});
byId("reset").addEventListener("click", async () => {
  if (await ask("POST", "reset")) say("Everything is back as it was.");
});

async function known() {
  const { sessions } = await get("sessions");
  byId("sessions").replaceChildren(...sessions.map((each) => h("option", { value: each.session })));
}

listen((name, data) => heard[name]?.(data), linked);
setInterval(tick, 250);
switches.open();
known();
