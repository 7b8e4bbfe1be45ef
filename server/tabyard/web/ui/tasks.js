// The list of tasks; each unfolds to its commands.

import { drawCommands } from "/ui/commands.js";
import { changed, fact, foldable, keep, make, pill, unfold } from "/ui/dom.js";
import { cancelTask, now_ms } from "/ui/hub.js";
import { clock, duration } from "/ui/times.js";

const UNFINISHED = ["queued", "running"];

/**
 * Draw `state.tasks` into `list`. `toggle(id)` is called when a row is clicked; what is unfolded
 * is in `state.open`, and what is known of it in `state.details`.
 */
export function drawTasks(list, state, toggle) {
  keep(list, state.tasks, (task) => task.id, (task) => row(task, toggle), (element, task) => {
    drawHead(element.firstElementChild, task, state);
    const fold = unfold(element, state.open.has(task.id));
    if (fold) drawFold(fold, task, state);
  });
}

function row(task, toggle) {
  const element = foldable("row", task.id, toggle);
  element.dataset.task = task.id;
  return element;
}

function drawHead(head, task, state) {
  const where = state.labels.get(task.instanceId) ?? task.instanceId;
  if (changed(head, [task, where])) {
    const second = task.error
      ? make("span", "fault", `${task.error.code}: ${task.error.message}`)
      : make("span", "intention", task.intention);
    head.replaceChildren(
      make("span", "when", clock(task.createdAt)),
      make("span", "what", make("span", "name", task.name), second),
      make("span", "where", where),
      make("span", "", pill(task.status)),
      make("span", "took"),
      make("span", "chevron"));
  }
  head.querySelector(".took").textContent = took(task);
}

function took(task) {
  return task.startedAt ? duration((task.completedAt ?? now_ms()) - task.startedAt) : "";
}

function drawFold(fold, summary, state) {
  const task = state.details.get(summary.id);
  if (!task) {
    const gone = task === null;
    fold.replaceChildren(make("p", "soft", gone ? "This task is no longer kept." : "One moment …"));
    return;
  }
  if (!fold.querySelector(".stations")) {
    fold.replaceChildren(make("div", "about"), make("ol", "stations"));
  }
  const [about, stations] = fold.children;
  drawAbout(about, task, state);
  drawCommands(stations, task);
}

function drawAbout(about, task, state) {
  const { commands, ...facts } = task;
  const where = state.labels.get(task.instanceId);
  if (!changed(about, [facts, where])) return;
  const raw = make("a", "", "As JSON");
  raw.href = `/tasks/${encodeURIComponent(task.id)}`;
  const waited = task.startedAt ? `${clock(task.startedAt)}, after ${
    duration(task.startedAt - task.createdAt)}` : "";
  about.replaceChildren(
    make("div", "doings", make("p", "intention", task.intention), ...stopper(task), raw),
    make("dl", "facts",
      ...fact("Task", make("code", "", task.id)),
      ...fact("Browser", where ?? make("code", "", task.instanceId)),
      ...fact("Accepted", clock(task.createdAt)),
      ...fact("Started", waited),
      ...fact("Ended", task.completedAt ? clock(task.completedAt) : ""),
      ...fact("Metadata", task.metadata ? make("code", "", JSON.stringify(task.metadata)) : "")));
}

function stopper(task) {
  if (!UNFINISHED.includes(task.status)) return [];
  const button = make("button", "plain", "Cancel this task");
  button.type = "button";
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await cancelTask(task.id);
    } catch {
      button.textContent = "It can't be cancelled";
    }
  });
  return [button];
}
