// The browsers: a track each, with what runs on it and what waits; each unfolds to its facts.

import { changed, fact, foldable, keep, make, pill, unfold } from "/ui/dom.js";
import { clock } from "/ui/times.js";

const SHOWN_WAGONS = 8;

/** Draw `state.instances` into `list`; `toggle` unfolds a browser, `open` shows one of its tasks. */
export function drawTracks(list, state, toggle, open) {
  keep(list, state.instances, (one) => one.id, (one) => track(one, toggle), (element, one) => {
    element.className = `track ${one.status}`;
    drawHead(element.firstElementChild, one, state);
    const fold = unfold(element, state.open.has(one.id));
    if (fold) drawFold(fold, one, state.queues.get(one.id) ?? [], open);
  });
}

function track(instance, toggle) {
  const element = foldable("track", instance.id, toggle);
  element.dataset.instance = instance.id;
  return element;
}

function drawHead(head, instance, state) {
  const running = instance.runningTaskId;
  const task = state.running.get(running);
  const step = state.steps.get(running);
  if (!changed(head, [instance, task, step])) return;
  const waiting = Math.max(0, instance.queueLength - (running ? 1 : 0));
  const rail = make("span", "rail");
  if (running) rail.append(engine(running, task, step));
  for (let n = 0; n < Math.min(waiting, SHOWN_WAGONS); n += 1) rail.append(make("span", "wagon"));
  rail.append(make("span", "note soft", note(instance, waiting)));
  const facts = [instance.browserType, instance.kind, instance.profile].filter(Boolean).join(" · ");
  head.replaceChildren(
    make("span", "who", make("span", "name", instance.label), make("span", "facts soft", facts)),
    rail,
    make("span", "", pill(shownStatus(instance))),
    make("span", "chevron"));
}

function shownStatus(instance) {
  return instance.paused && instance.status === "connected" ? "paused" : instance.status;
}

function note(instance, waiting) {
  if (waiting > 0) return `${waiting} waiting`;
  if (instance.runningTaskId) return "";
  if (instance.status === "reconnecting") return "its queue is kept until it is back";
  return instance.status === "connected" ? "idle" : "";
}

function engine(taskId, task, step) {
  const total = step?.total ?? task?.totalCommands ?? 1;
  const index = step?.index ?? task?.currentCommandIndex ?? 0;
  const place = `${index + 1}/${total}`;
  const bar = document.createElement("progress");
  bar.max = total;
  bar.value = step ? step.done : index;
  bar.setAttribute("aria-hidden", "true");
  return make("span", "engine",
    make("span", "what", task?.name ?? taskId),
    make("span", "step", step ? `${place} ${step.intention}` : `step ${index + 1} of ${total}`),
    bar);
}

function drawFold(fold, instance, tasks, open) {
  // `lastActivity` alone is no reason to draw all of it anew, a fact or a task is.
  const { lastActivity, lastSeen, queueLength, runningTaskId, ...facts } = instance;
  if (!changed(fold, [facts, tasks.map((task) => [task.id, task.status])])) return;
  fold.replaceChildren(
    make("dl", "facts",
      ...fact("Id", make("code", "", instance.id)),
      ...fact("Runs on", instance.machine),
      ...fact("Profile", instance.profile),
      ...fact("Connected", instance.connectedAt ? `since ${clock(instance.connectedAt)}` : ""),
      ...fact("User agent", instance.userAgent)),
    make("h3", "", tasks.length ? "Its latest tasks" : "It has had no task yet."),
    make("ul", "brief", ...tasks.map((task) => make("li", "", brief(task, open)))));
}

function brief(task, open) {
  const button = make("button", "plain brief-task",
    make("span", "soft when", clock(task.createdAt)), make("span", "name", task.name),
    pill(task.status));
  button.type = "button";
  button.addEventListener("click", () => open(task.id));
  return button;
}
