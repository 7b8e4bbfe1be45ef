// The status page. What it shows is what the REST API says; events only tell when to look again.

import { byId } from "/ui/dom.js";
import { Missing, NeedsKey, NotAllowed, connect, get, hasKey, useKey } from "/ui/hub.js";
import { drawTasks } from "/ui/tasks.js";
import { drawTracks } from "/ui/tracks.js";

const REFRESH_MS = 150;
const PAGE = 12;
const LONGEST = 1_000;
const BRIEF = 6;
const RANKS = ["connected", "reconnecting", "gone"];

const state = {
  instances: [], labels: new Map(), tasks: [], total: 0, running: new Map(), steps: new Map(),
  open: new Set(), details: new Map(), queues: new Map(),
};
let shown = PAGE;
let refreshTimer = 0;
let frame = 0;

function askForKey(complaint = "That key was refused.") {
  byId("key-form").hidden = false;
  if (hasKey()) byId("key-note").textContent = complaint;
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
      get("/instances"), get(`/tasks?limit=${shown}`),
    ]);
    state.instances = instances.instances.sort((a, b) => rank(a) - rank(b));
    state.labels = new Map(state.instances.map((one) => [one.id, one.label]));
    state.tasks = tasks.tasks;
    state.total = tasks.total;
    await nameRunning();
    await Promise.all([...state.open].map(look));
    addOpenButOlder();
    forgetEndedSteps();
    draw();
  } catch (error) {
    if (error instanceof NeedsKey) askForKey();
    if (error instanceof NotAllowed) askForKey("That key may not read browsers and tasks.");
    // Whatever else it is, the socket notices the same, and says so.
  }
}

/** Not for every event, and not while nobody looks. */
function refreshSoon() {
  if (refreshTimer === 0 && !document.hidden) refreshTimer = setTimeout(refresh, REFRESH_MS);
}

function drawSoon() {
  if (frame === 0) frame = requestAnimationFrame(draw);
}

/** What runs may be older than all that is listed. */
async function nameRunning() {
  const listed = new Map(state.tasks.map((task) => [task.id, task]));
  const running = state.instances.filter((instance) => instance.runningTaskId);
  const tasks = await Promise.all(running.map(async ({ id, runningTaskId }) => {
    const known = listed.get(runningTaskId) ?? state.running.get(runningTaskId);
    if (known) return known;
    const part = encodeURIComponent(id);
    return (await get(`/tasks?instanceId=${part}&status=running&limit=1`)).tasks[0];
  }));
  state.running = new Map(tasks.filter(Boolean).map((task) => [task.id, task]));
}

/** Bring what is unfolded up to date. */
async function look(id) {
  const part = encodeURIComponent(id);
  if (state.labels.has(id)) {
    state.queues.set(id, (await get(`/tasks?instanceId=${part}&limit=${BRIEF}`)).tasks);
    return;
  }
  try {
    state.details.set(id, (await get(`/tasks/${part}?pictures=link`)).task);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    state.details.set(id, null);
  }
}

/** Tasks that are unfolded stay in the list, however many came after them. */
function addOpenButOlder() {
  const listed = new Set(state.tasks.map((task) => task.id));
  for (const id of state.open) {
    const task = state.details.get(id);
    if (task && !listed.has(id)) state.tasks.push({ ...task, totalCommands: task.commands.length });
  }
  state.tasks.sort((a, b) => b.createdAt - a.createdAt);
}

/** Steps are kept for running tasks only. */
function forgetEndedSteps() {
  const running = new Set(state.instances.map((instance) => instance.runningTaskId));
  for (const id of state.steps.keys()) {
    if (!running.has(id)) state.steps.delete(id);
  }
}

function rank(instance) {
  return RANKS.indexOf(instance.status);
}

function draw() {
  frame = 0;
  drawTracks(byId("instances"), state, toggle, openTask);
  drawTasks(byId("tasks"), state, toggle);
  byId("no-instances").hidden = state.instances.length > 0;
  byId("no-tasks").hidden = state.tasks.length > 0;
  const more = state.total > shown && shown < LONGEST;
  byId("more").hidden = !more;
  byId("more-count").textContent = `${Math.min(shown, state.total)} of ${state.total}`;
}

function toggle(id) {
  if (state.open.delete(id)) {
    state.details.delete(id);
    state.queues.delete(id);
  } else {
    state.open.add(id);
  }
  const task = [...state.open].findLast((one) => !state.labels.has(one));
  history.replaceState(null, "", task ? `#${task}` : location.pathname);
  draw();
  refreshSoon();
}

/** Unfold a task and go there. */
async function openTask(id) {
  state.open.add(id);
  history.replaceState(null, "", `#${id}`);
  await refresh();
  const row = document.querySelector(`[data-task="${CSS.escape(id)}"]`);
  row?.scrollIntoView({ block: "start" });
  row?.firstElementChild.focus({ preventScroll: true });
}

function receive(message) {
  switch (message.type) {
    case "task_progress":
      noteStep(message);
      drawSoon();
      refreshSoon();
      break;
    case "error":
      if (message.code === "UNAUTHORIZED") askForKey();
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

function openNamedTask() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id && !state.open.has(id)) openTask(id);
}

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  byId("key-form").hidden = true;
  useKey(byId("key").value.trim());
});

byId("more-button").addEventListener("click", () => {
  shown = Math.min(LONGEST, shown * 2);
  refresh();
});

window.addEventListener("hashchange", openNamedTask);
document.addEventListener("visibilitychange", refreshSoon);

setInterval(() => {
  if (state.instances.some((instance) => instance.runningTaskId)) draw();
}, 1_000);

connect(receive, () => {
  setLive("live", "go");
  introduce();
  refreshSoon();
}, () => {
  if (byId("key-form").hidden) setLive("hub unreachable, retrying", "stop");
});
openNamedTask();
