// The hub as the page sees it: requests with the key of this tab, pictures, and the live socket.

const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 10_000;
const KEPT_PICTURES = 60;

let key = sessionStorage.getItem("tabyard-key") ?? "";
let retry_ms = RETRY_FIRST_MS;
let socket = null;
let serverAhead_ms = 0;
const pictures = new Map();

/** Refused for want of a key, or of one that is good for it. */
export class NeedsKey extends Error {}

/** The key is good, but not for this. */
export class NotAllowed extends Error {}

/** The hub does not have it (any more). */
export class Missing extends Error {}

export const hasKey = () => key !== "";

/** Now, by the hub's clock. */
export const now_ms = () => Date.now() + serverAhead_ms;

async function ask(path, method = "GET") {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  const answer = await fetch(path, { method, headers });
  if (answer.status === 401) throw new NeedsKey(path);
  if (answer.status === 403) throw new NotAllowed(path);
  if (answer.status === 404) throw new Missing(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

export async function get(path) {
  const answer = await ask(path);
  // To the second that `Date` has.
  const ahead_ms = Date.parse(answer.headers.get("date") ?? "") - Date.now();
  serverAhead_ms = Math.abs(ahead_ms) > 2_000 ? ahead_ms : 0;
  return answer.json();
}

export async function cancelTask(id) {
  await ask(`/tasks/${encodeURIComponent(id)}/cancel`, "POST");
}

/** An address of this page for a picture of the hub: an <img> can't carry a key. */
export function picture(uri) {
  const known = pictures.get(uri);
  if (known) return known;
  const loading = ask(uri).then((answer) => answer.blob()).then((blob) => URL.createObjectURL(blob));
  pictures.set(uri, loading);
  loading.catch(() => pictures.delete(uri));
  if (pictures.size > KEPT_PICTURES) forgetPicture(pictures.keys().next().value);
  return loading;
}

function forgetPicture(uri) {
  pictures.get(uri)?.then((address) => URL.revokeObjectURL(address), () => undefined);
  pictures.delete(uri);
}

/** Follow everything that happens, and come back when the hub does. */
export function connect(receive, opened, closed) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws`);
  socket.addEventListener("open", () => {
    retry_ms = RETRY_FIRST_MS;
    if (key) socket.send(JSON.stringify({ type: "auth", token: key }));
    socket.send(JSON.stringify({ type: "subscribe_instance", instanceId: "*" }));
    opened();
  });
  socket.addEventListener("message", (message) => receive(JSON.parse(message.data)));
  socket.addEventListener("close", () => {
    closed();
    setTimeout(connect, retry_ms, receive, opened, closed);
    retry_ms = Math.min(retry_ms * 2, RETRY_LAST_MS);
  });
}

/** Use another key from now on. */
export function useKey(text) {
  key = text;
  sessionStorage.setItem("tabyard-key", key);
  socket?.close();
}
