/** The extension's manifest. Every permission stands here with what it is for; one without a use must go. */

/** Fixes the extension's id (`EXTENSION_ID` in tabyard.browsers), also for copies of the folder. A public key: no secret. */
const KEY =
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsbXu1Tm7I2ZY0apM+rqHaVpxBIn+KGlb2kvuquLJt0qFc+bHwi1MVGGF9MYUe2lMi7veu2r+iYoLtomJ4tqbgLyZPqy7M2sSd13ptwX1Bv2sN7X8YjEcUT853UwNhEwkTQi4ZqI6wltHZnCg7Dlp9nN/M74rjP5e/AQJue0beR33YtqAbdyD7REXpVBZ2YVyxe1eqN00MLvnkR1m0szzuZal3997Ttf5/x32VVY9QSeGcvN5AqIJ/FfbY4PkgckX0MhgIsU5VxqvbQO9V2uxphqlmo1V4fQXLMi1X0D+mUnm2iyF780VaF2RriBeE/+5btsG3x7Xh9Nw6YV9nc02vwIDAQAB";

export const PERMISSIONS = [
  "alarms", // wakes a worker that the browser has stopped, so that it joins the hub again
  "contentSettings", // while a task makes a place up, the pages of its tab may ask where they are
  "debugger", // drives the tabs of a task: input, pages' contents, pictures
  "declarativeNetRequest", // stops a driven tab's requests to forbidden addresses before they leave
  "downloads", // which files the pages of a task have saved, and when they are complete
  "storage", // the pairing with a hub; calls in flight, across the worker's restarts
  "tabGroups", // a task's tabs stand together under the task's name
  "tabs", // titles and addresses in tab lists
  "webNavigation", // which tab a pop-up comes from: it belongs to the same task; page loads wake the worker too
];

/** Registering with a hub on this machine. */
const LOOPBACK = ["http://localhost/*", "http://127.0.0.1/*", "http://[::1]/*"];

/** Whether a file that a task uploads exists, where the person has allowed file addresses; launched browsers have it. */
const FILES = ["file:///*"];

/** A hub on another machine: the popup asks for that one host when the person connects to it. */
const ELSEWHERE = ["http://*/*", "https://*/*"];

function icons(name, sizes) {
  return Object.fromEntries(sizes.map((size) => [String(size), `icons/${name}-${size}.png`]));
}

export function manifest(version) {
  return {
    manifest_version: 3,
    name: "Tabyard",
    description: "Joins this browser to a Tabyard hub, whose tasks then open and drive tabs here.",
    version,
    key: KEY,
    minimum_chrome_version: "125",
    icons: icons("icon", [16, 32, 48, 128]),
    action: { default_title: "Tabyard", default_popup: "popup.html", default_icon: icons("icon-off", [16, 32]) },
    background: { service_worker: "worker.js" },
    permissions: PERMISSIONS,
    host_permissions: [...LOOPBACK, ...FILES],
    optional_host_permissions: ELSEWHERE,
    incognito: "not_allowed",
  };
}
