// The commands of one task: a station each, with what came of it.

import { changed, keep, make } from "/ui/dom.js";
import { now_ms, picture } from "/ui/hub.js";
import { duration } from "/ui/times.js";

const LONGEST_LINE = 300;
const LONGEST_TEXT = 20_000;
const TELLING = ["result", "value", "title", "content", "text", "selected"];
const DULL = ["success", "clicked", "hovered", "moved", "pressed", "typed", "waited", "slept"];
const SAYS = {
  pending: "waits", running: "running", success: "done", error: "failed", skipped: "skipped",
};

/** Draw the commands of `task` into `list`. */
export function drawCommands(list, task) {
  keep(list, task.commands, (command) => command.id, station, update);
}

/** The line of a command is the head of its fold: what it was asked and what it answered. */
function station() {
  const fold = make("details", "", make("summary", "line"), make("div", ""));
  fold.addEventListener("toggle", () => showRaw(fold));
  return make("li", "station", fold, make("div", "pictures"));
}

function update(element, command) {
  const [fold, pictures] = element.children;
  const line = fold.firstElementChild;
  element.className = `station ${command.status}`;
  fold.raw = command;
  if (changed(element, command)) {
    drawLine(line, command);
    drawPictures(pictures, command);
    showRaw(fold);
  }
  line.querySelector(".took").textContent = took(command);
}

function drawLine(line, command) {
  const action = typeof command.args.action === "string" ? ` ${command.args.action}` : "";
  const error = command.error;
  const note = error ? `${error.code}: ${error.message}` : digest(command.result);
  line.replaceChildren(
    make("span", "said",
      make("span", "intention", command.intention),
      make("code", "tool soft", `${command.tool_name}${action}`)),
    make("span", "state", SAYS[command.status] ?? command.status),
    make("span", "took"),
    make("span", "chevron"),
    ...(note ? [make("span", error ? "fault" : "note soft", note)] : []));
}

function took(command) {
  if (!command.startedAt || command.status === "skipped") return "";
  return duration((command.completedAt ?? now_ms()) - command.startedAt);
}

function drawPictures(container, command) {
  const uris = (command.result?.content ?? [])
    .filter((part) => part.type === "resource_link" && part.mimeType?.startsWith("image/"))
    .map((part) => part.uri);
  keep(container, uris, (uri) => uri, (uri) => thumbnail(uri, command.intention), () => undefined);
}

function thumbnail(uri, caption) {
  const image = make("img", "");
  const button = make("button", "thumbnail", image);
  image.alt = caption;
  button.type = "button";
  button.title = "Enlarge";
  button.addEventListener("click", () => enlarge(image.src, caption));
  picture(uri).then(
    (address) => { image.src = address; },
    () => button.replaceWith(make("span", "soft", "The picture can't be shown.")),
  );
  return button;
}

/** Escape, a click beside it, and its button close it; the focus goes back to the thumbnail. */
function enlarge(address, caption) {
  const image = make("img", "");
  const close = make("button", "plain", "Close");
  const dialog = make("dialog", "viewer",
    make("div", "bar", make("span", "", caption), make("span", "spring"), close), image);
  image.src = address;
  image.alt = caption;
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** The arguments and the result as they are, once somebody wants to see them. */
function showRaw(fold) {
  if (!fold.open) return;
  const { args, result, error } = fold.raw;
  const shown = result?.structuredContent ?? result;
  const parts = [["Arguments", args], ["Result", shown], ["Error", error?.details ? error : null]];
  fold.lastElementChild.replaceChildren(...parts
    .filter(([, value]) => value !== null && value !== undefined)
    .flatMap(([name, value]) => [make("h4", "", name), make("pre", "", text(value))]));
}

function text(value) {
  const whole = JSON.stringify(value, null, 2);
  if (whole.length <= LONGEST_TEXT) return whole;
  return `${whole.slice(0, LONGEST_TEXT)}\n… ${whole.length - LONGEST_TEXT} more characters`;
}

/** What a person wants to know first of a typed result; nothing when it says only that it was done. */
function digest(result) {
  const typed = result?.structuredContent ?? {};
  if ("width" in typed && "height" in typed) {
    return `${typed.width}×${typed.height} ${typed.format ?? ""}`.trimEnd();
  }
  const telling = TELLING.find((name) => ![undefined, null, "", true].includes(typed[name]));
  if (telling) return line(typed[telling]);
  const counted = Object.keys(typed).find((name) => Array.isArray(typed[name]));
  if (counted && Number.isInteger(typed.count)) return `${typed.count} ${counted}`;
  const dull = Object.keys(typed).length === 0 || DULL.some((name) => name in typed);
  return dull ? "" : line(typed);
}

function line(value) {
  const texts = [value].flat().every((one) => typeof one === "string");
  const said = texts ? [value].flat().join(", ") : JSON.stringify(value);
  const flat = said.slice(0, 4 * LONGEST_LINE).replace(/\s+/g, " ").trim();
  return flat.length <= LONGEST_LINE ? flat : `${flat.slice(0, LONGEST_LINE - 1)}…`;
}
