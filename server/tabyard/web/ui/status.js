// The status page. What it shows is what the REST API says; events only tell when to look again.

const REFRESH_MS = 150;
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 10_000;
const SHOWN_TASKS = 12;
const SHOWN_WAGONS = 8;
const TONES = {
  connected: "go", reconnecting: "wait", gone: "",
  queued: "", running: "wait", completed: "go", failed: "stop", cancelled: "",
};

const state = { instances: [], tasks: [], steps: new Map(), serverAhead_ms: 0 };
let key = sessionStorage.getItem("tabyard-key") ?? "";
let retry_ms = RETRY_FIRST_MS;
let refreshTimer = 0;
let socket = null;

const byId = (id) => document.getElementById(id);

/** An element with a class and children; text children are never read as markup. */
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function pill(text) {
  return make("span", `pill ${TONES[text] ?? ""}`, text);
}

async function get(path) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  const answer = await fetch(path, { headers });
  if (answer.status === 401) askForKey();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  state.serverAhead_ms = serverAhead(answer);
  return answer.json();
}

/** How far the hub's clock is ahead of this one, to the second that `Date` has; 0 when they agree. */
function serverAhead(answer) {
  const there = Date.parse(answer.headers.get("date") ?? "");
  const ahead_ms = there - Date.now();
  return Math.abs(ahead_ms) > 2_000 ? ahead_ms : 0;
}

function askForKey() {
  byId("key-form").hidden = false;
  if (key) byId("key-note").textContent = "That key was refused.";
  setLive("needs a key", "stop");
}

function setLive(text, tone) {
  const live = byId("live");
  live.textContent = text;
  live.className = `pill ${tone}`;
}

async function refresh() {
  refreshTimer = 0;
  try {
    const [instances, tasks] = await Promise.all([
      get("/instances"), get(`/tasks?limit=${SHOWN_TASKS}`),
    ]);
    state.instances = instances.instances;
    state.tasks = tasks.tasks;
    forgetEndedSteps();
    draw();
  } catch {
    // The socket notices the same, and says so.
  }
}

function refreshSoon() {
  if (refreshTimer === 0) refreshTimer = setTimeout(refresh, REFRESH_MS);
}

/** Steps are kept for running tasks only. */
function forgetEndedSteps() {
  const running = new Set(state.instances.map((instance) => instance.runningTaskId));
  for (const id of state.steps.keys()) {
    if (!running.has(id)) state.steps.delete(id);
  }
}

function draw() {
  const instances = [...state.instances].sort((a, b) => rank(a) - rank(b));
  fill("instances", instances.map(track), "no-instances");
  fill("tasks", state.tasks.map(row), "no-tasks");
}

function rank(instance) {
  return ["connected", "reconnecting", "gone"].indexOf(instance.status);
}

function fill(id, children, emptyTemplate) {
  const empty = () => [byId(emptyTemplate).content.cloneNode(true)];
  byId(id).replaceChildren(...(children.length ? children : empty()));
}

function track(instance) {
  const facts = [instance.browserType, instance.kind, instance.profile].filter(Boolean).join(" · ");
  const running = instance.runningTaskId;
  const waiting = Math.max(0, instance.queueLength - (running ? 1 : 0));
  const rail = make("div", "rail");
  if (running) rail.append(engine(running));
  for (let n = 0; n < Math.min(waiting, SHOWN_WAGONS); n += 1) rail.append(make("span", "wagon"));
  rail.append(make("span", "note soft", note(instance, waiting)));
  const element = make(
    "div", `track ${instance.status}`,
    make("div", "",
      make("div", "name", instance.label),
      make("div", "facts soft", facts),
      make("div", "facts soft mono", instance.id)),
    rail,
    pill(instance.status),
  );
  element.dataset.instance = instance.id;
  element.title = instance.userAgent;
  return element;
}

function note(instance, waiting) {
  if (waiting > 0) return `${waiting} waiting`;
  if (instance.runningTaskId) return "";
  if (instance.status === "reconnecting") return "its queue is kept until it is back";
  return instance.status === "connected" ? "idle" : "";
}

function engine(taskId) {
  const task = state.tasks.find((candidate) => candidate.id === taskId);
  const step = state.steps.get(taskId);
  const total = step?.total ?? task?.totalCommands ?? 1;
  const index = step?.index ?? task?.currentCommandIndex ?? 0;
  const place = `${index + 1}/${total}`;
  const bar = document.createElement("progress");
  bar.max = total;
  bar.value = step ? step.done : index;
  return make("div", "engine",
    make("div", "what", task?.name ?? taskId),
    make("div", "step", step ? `${place} ${step.intention}` : `step ${index + 1} of ${total}`),
    bar);
}

function row(task) {
  const label = state.instances.find((one) => one.id === task.instanceId)?.label ?? task.instanceId;
  const second = task.error
    ? make("div", "fault", `${task.error.code}: ${task.error.message}`)
    : make("div", "intention", task.intention);
  const element = make("div", "row",
    make("span", "when", clock(task.createdAt)),
    make("div", "", make("div", "name", task.name), second),
    make("span", "where", label),
    make("span", "", pill(task.status)),
    make("span", "took", took(task)));
  element.dataset.task = task.id;
  return element;
}

function clock(ms) {
  const shape = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
  return new Date(ms).toLocaleTimeString([], shape);
}

function took(task) {
  if (!task.startedAt) return "";
  const end = task.completedAt ?? Date.now() + state.serverAhead_ms;
  const seconds = Math.max(0, end - task.startedAt) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}

function receive(frame) {
  switch (frame.type) {
    case "task_progress":
      noteStep(frame);
      draw();
      refreshSoon();
      break;
    case "error":
      if (frame.code === "UNAUTHORIZED") askForKey();
      break;
    case "pong":
    case "subscribe_ack":
    case "welcome":
    case "auth_ack":
      break;
    default:
      refreshSoon();
  }
}

function noteStep(event) {
  const ended = event.status !== "running";
  state.steps.set(event.taskId, {
    index: event.commandIndex,
    total: event.totalCommands,
    done: event.commandIndex + (ended ? 1 : 0.5),
    intention: event.intention,
  });
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws`);
  socket.addEventListener("open", () => {
    retry_ms = RETRY_FIRST_MS;
    if (key) socket.send(JSON.stringify({ type: "auth", token: key }));
    socket.send(JSON.stringify({ type: "subscribe_instance", instanceId: "*" }));
    setLive("live", "go");
    introduce();
    refreshSoon();
  });
  socket.addEventListener("message", (message) => receive(JSON.parse(message.data)));
  socket.addEventListener("close", () => {
    if (byId("key-form").hidden) setLive("hub unreachable, retrying", "stop");
    setTimeout(connect, retry_ms);
    retry_ms = Math.min(retry_ms * 2, RETRY_LAST_MS);
  });
}

async function introduce() {
  try {
    const info = await get("/info");
    byId("hub-name").textContent = info.name;
    byId("hub-facts").textContent = `version ${info.version} · ${info.store} · ${info.wsEndpoint}`;
    document.title = info.name;
  } catch {
    // Said by the socket or by the key form.
  }
}

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = byId("key").value.trim();
  sessionStorage.setItem("tabyard-key", key);
  byId("key-form").hidden = true;
  socket?.close();
});

setInterval(() => {
  if (state.instances.some((instance) => instance.runningTaskId)) draw();
}, 1_000);
connect();
