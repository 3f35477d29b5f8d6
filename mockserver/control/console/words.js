// How things are called on this page.

export const PHASES = {
  ringing: "ringing", "on call": "on call", parked: "parked", retrieving: "being retrieved", comeback: "called back",
};

export const STATUSES = ["unknown", "off hook", "trying", "ringing", "other side rings", "on call"];
export const FLOWS = { 2: "local", 4: "outgoing", 8: "incoming" };

export const ANSWERS = [
  ["answers/0", "answers at once"], ["answers/5", "answers after 5 s"], ["answers/20", "answers after 20 s"],
  ["never/0", "rings, nobody picks up"], ["busy/0", "busy"], ["unregistered/0", "unplugged"],
];

export function answersOf(answering) {
  const value = `${answering.pickup}/${answering.pickup === "answers" ? answering.after : 0}`;
  return ANSWERS.some(([each]) => each === value)
    ? [value, ANSWERS]
    : [value, [...ANSWERS, [value, `answers after ${answering.after} s`]]];
}

export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds - 0.001));
  if (whole >= 86400) return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
  const clock = [Math.floor(whole / 60) % 60, whole % 60].map((each) => String(each).padStart(2, "0")).join(":");
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${clock}` : clock.replace(/^0/, "");
}

export function clockTime(moment) {
  const date = new Date(moment * 1000);
  return date.toISOString().slice(11, 19);
}

export function day(moment) {
  return `${new Date(moment * 1000).toISOString().slice(0, 10)} UTC`;
}

export const shortId = (id) => (id.length > 8 ? `…${id.slice(-6)}` : id);

const SENTENCES = {
  CallPlaced: (event) => `Call ${shortId(event.callId)} placed.`,
  CallAnswered: (event) => `Call ${shortId(event.callId)} answered.`,
  CallParked: (event) => `Call ${shortId(event.callId)} parked in slot ${event.slot} by ${event.by}.`,
  RetrievalStarted: (event) => `${event.extension} rings to retrieve call ${shortId(event.callId)}.`,
  CallRetrieved: (event) => `Call ${shortId(event.callId)} retrieved.`,
  RetrievalGivenUp: (event) => `Nobody picked up: call ${shortId(event.callId)} is parked again.`,
  ComebackStarted: (event) => `Parked too long: call ${shortId(event.callId)} rings whoever parked it.`,
  ComebackAnswered: (event) => `The parker took call ${shortId(event.callId)} back.`,
  CallEnded: (event) => `Call ${shortId(event.callId)} ended: ${event.reason}.`,
  AnsweringSet: (event) => `${event.extension}: ${answerWords(event.answering)}.`,
};

function answerWords(answering) {
  const [value, all] = answersOf(answering);
  return all.find(([each]) => each === value)[1];
}

export function sentence(event) {
  return SENTENCES[event.event]?.(event) ?? `${event.event}.`;
}
