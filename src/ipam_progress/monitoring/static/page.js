// The live page: reads the server's picture as it changes (server-sent events) and shows it.
//
// What the server sends is kept as it is; drawing happens at most once a frame, and only what has
// changed is touched. Everything from the server is put in as text, never as HTML.

const RETRY = 10_000; // milliseconds, where the browser itself does not try again
const QUIET = 10_000; // milliseconds between two announcements to screen readers
const OPENED = 5; // operations that are unfolded when they appear; more stay folded

const STATES = {
  NotStarted: ["not started", ""],
  InProgress: ["", "active"],
  CompletedWithSuccess: ["done", "good"],
  CompletedWithWarning: ["done, warning", "warning"],
  CompletedWithError: ["failed", "bad"],
  NotApplicable: ["not applicable", ""],
  NotRun: ["not run", ""],
};
const OUTCOMES = { succeeded: "good", failed: "bad", unknown: "warning" };

const $ = (id) => document.getElementById(id);

// --- What is known ------------------------------------------------------------------------------

let picture = {};
let operations = new Map(); // those that run, by id
let ahead = 0; // by how many milliseconds the server's clock is ahead of ours
let paused = false;
const changed = new Set(); // the parts of the picture that are not on the screen yet
let drawing = false;

function take(event) {
  const news = JSON.parse(event.data);
  ahead = Date.parse(news.now) - Date.now();
  if (event.type === "snapshot") {
    operations = new Map();
    newest = news.ended[0]?.id;
  } else if (news.ended) {
    announce(news.ended);
  }
  for (const operation of news.operations?.changed ?? []) {
    operations.set(operation.id, operation);
  }
  if (news.operations) {
    const shown = new Set(news.operations.shown);
    for (const id of operations.keys()) {
      if (!shown.has(id)) operations.delete(id);
    }
  }
  picture = { ...picture, ...news };
  connected(true);
  draw(Object.keys(news));
}

function draw(names) {
  for (const name of names) changed.add(name);
  if (drawing || paused) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    if (paused) return;
    for (const part of changed) DRAW[part]?.(picture[part]);
    changed.clear();
  });
}

// --- The connection -----------------------------------------------------------------------------

let lostSince = null;

function connect() {
  const source = new EventSource("events");
  source.addEventListener("snapshot", take);
  source.addEventListener("changes", take);
  source.addEventListener("error", () => {
    connected(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY); // it was refused
  });
}

function connected(is) {
  if (is) lostSince = null;
  else lostSince ??= new Date();
  $("lost").hidden = is || !picture.now;
  if (!is) showTime($("lost-since"), lostSince);
  showLink();
}

function showLink() {
  const state = lostSince ? "lost" : paused ? "paused" : "live";
  if ($("link").dataset.state === state) return;
  $("link").dataset.state = state;
  $("link").textContent = { lost: "Not connected", paused: "Paused", live: "Live" }[state];
}

$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", paused);
  showLink();
  draw([]);
});

// --- News for screen readers: what has ended, and no more often than one can listen ---------------

let untold = [];
let telling = false;
let newest = null;

function announce(ended) {
  const known = ended.findIndex((operation) => operation.id === newest);
  untold.push(...(known < 0 ? ended : ended.slice(0, known)));
  newest = ended[0].id;
  if (!telling) tell();
}

function tell() {
  telling = untold.length > 0;
  if (!telling) return;
  const failed = untold.filter((operation) => operation.outcome !== "succeeded").length;
  $("news").textContent =
    untold.length === 1
      ? `${untold[0].operation_id} ${untold[0].outcome}`
      : `${untold.length} operations ended, ${failed || "none"} of them not well`;
  untold = [];
  setTimeout(tell, QUIET);
}

// --- Texts --------------------------------------------------------------------------------------

const now = () => Date.now() + ahead;
const number = new Intl.NumberFormat();
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

function showTime(element, moment) {
  const isToday = moment.toDateString() === new Date(now()).toDateString();
  element.dateTime = moment.toISOString();
  element.title = calendar.format(moment);
  put(element, (isToday ? clock : day).format(moment));
}

function showTimeOr(element, moment, otherwise) {
  if (moment) {
    showTime(element, new Date(moment));
  } else {
    element.removeAttribute("datetime");
    element.removeAttribute("title");
    put(element, otherwise);
  }
}

function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

function interval(seconds) {
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]]) {
    if (seconds >= size && seconds % size === 0) {
      return seconds === size ? `every ${unit}` : `every ${number.format(seconds / size)} ${unit}s`;
    }
  }
  return `every ${number.format(seconds)} seconds`;
}

function result(code) {
  if (code === null) return "";
  return code === 0 ? "succeeded" : `failed, result ${code}`;
}

const who = ({ client, address }) => [client, address].filter(Boolean).join(", ");
const percent = (value) => `${Math.floor(value)} %`; // 100 is for what is done
const more = (count, what) => (count > 0 ? `and ${number.format(count)} more ${what}` : "");
const age = (moment) => duration(now() - Date.parse(moment));

function between(from, to) {
  const milliseconds = Date.parse(to) - Date.parse(from);
  return milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)} s` : duration(milliseconds);
}

// --- Elements -----------------------------------------------------------------------------------

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const parts = new WeakMap(); // of a copy of a template, what is filled in
const rows = new WeakMap(); // of a list, its elements by key

const FILLED = "[data-name], [data-text], [data-time], [data-bar]";

// Puts in a name of the protocol's, which may be broken between its words: CreateDhcp|Scope.
function putName(element, name) {
  if (element.textContent === name) return;
  const words = name.split(/(?<=[a-z])(?=[A-Z])/);
  element.replaceChildren(...words.flatMap((word) => [document.createElement("wbr"), word]));
}

// Fills the parts of a copy of a template: names, texts, times and bars by the names in its attributes.
function fill(element, values) {
  for (const part of parts.get(element)) {
    const { name, text, time, bar } = part.dataset;
    if (name) putName(part, values[name]);
    if (text) put(part, String(values[text] ?? ""));
    if (time) showTimeOr(part, values[time], part.dataset.none);
    if (bar) {
      part.value = values[bar];
      part.ariaLabel = values.label;
    }
  }
}

// Makes the children of a list what its items are, in their order; who stays is not made anew, so
// that focus, selection and what is unfolded stay too.
function list(parent, items, { template, key, values, tone, made }) {
  const before = rows.get(parent) ?? new Map();
  const after = new Map();
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = item[key];
    let element = before.get(id);
    if (!element) {
      element = $(template).content.firstElementChild.cloneNode(true);
      parts.set(element, element.querySelectorAll(FILLED));
      made?.(element, items.length);
    }
    before.delete(id);
    after.set(id, element);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
    fill(element, values(item, element));
    if (tone) element.dataset.tone = tone(item);
  }
  for (const element of before.values()) element.remove();
  rows.set(parent, after);
}

function table(name, items, how) {
  $(`${name}-table`).hidden = items.length === 0;
  $(`${name}-empty`).hidden = items.length > 0;
  list($(name), items, how);
}

function showRest(id, text) {
  $(id).hidden = !text;
  put($(id), text);
}

// --- The parts ----------------------------------------------------------------------------------

const SUBTASKS = {
  template: "subtask",
  key: "number",
  values: (subtask) => ({
    ...subtask,
    label: subtask.name,
    state: STATES[subtask.status]?.[0] || percent(subtask.percent),
  }),
  tone: (subtask) => STATES[subtask.status]?.[1] ?? "",
};

const OPERATIONS = {
  template: "operation",
  key: "id",
  made: (element, count) => {
    element.querySelector("details").open = count <= OPENED;
  },
  values: (operation, element) => {
    const count = operation.subtasks.length + operation.more_subtasks;
    element.querySelector("details").hidden = count === 0;
    list(element.querySelector("ul"), operation.subtasks, SUBTASKS);
    return {
      operation_id: operation.operation_id,
      percent: operation.percent,
      share: percent(operation.percent),
      label: operation.operation_id,
      who: who(operation),
      count: count === 1 ? "1 subtask" : `${number.format(count)} subtasks`,
      since: `running for ${age(operation.started)}`,
      attempts: operation.attempts > 1 ? `resumed, attempt ${operation.attempts}` : "",
      rest: more(operation.more_subtasks, "subtasks"),
    };
  },
};

const ENDED = {
  template: "ended-row",
  key: "id",
  values: (operation) => ({
    ...operation,
    who: who(operation),
    took: between(operation.started, operation.ended),
  }),
  tone: (operation) => OUTCOMES[operation.outcome],
};

const TASKS = {
  template: "task-row",
  key: "task_type",
  values: (task) => ({
    ...task,
    state: task.state === "Ready" ? "" : task.state.toLowerCase(),
    result: result(task.last_result),
    recurrence: task.recurrence === null ? "" : interval(task.recurrence),
  }),
};

const SESSIONS = {
  template: "session-row",
  key: "session",
  values: (session) => ({
    ...session,
    client: session.client || "somebody",
    age: age(session.opened),
  }),
};

const REFUSALS = { template: "refusal-row", key: "number", values: (refusal) => refusal };

const DRAW = {
  operations({ running, shown }) {
    list($("operations"), shown.map((id) => operations.get(id)), OPERATIONS);
    showRest("operations-rest", more(running - shown.length, "that began later"));
    $("operations-empty").hidden = running > 0;
    put($("running"), number.format(running));
    document.title = running ? `${number.format(running)} running · ipam_progress` : "ipam_progress";
  },
  ended: (ended) => table("ended", ended, ENDED),
  tasks: (tasks) => table("tasks", tasks, TASKS),
  sessions({ open, shown }) {
    table("sessions", shown, SESSIONS);
    showRest("sessions-rest", more(open - shown.length, "that came later"));
    put($("open"), number.format(open));
  },
  refusals: (refusals) => table("refusals", refusals, REFUSALS),
  store(store) {
    $("store").hidden = !store;
    if (!store) return;
    showTime($("store-since"), new Date(store.failed));
    put($("store-reason"), store.reason);
  },
  counters(counters) {
    for (const [name, value] of Object.entries(counters)) put($(name), number.format(value));
  },
};

put($("place"), location.host);
connect();
setInterval(() => {
  if (picture.now && !lostSince) draw(["operations", "sessions"]); // how long they have been there
}, 1000);
