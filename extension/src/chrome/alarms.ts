/** Waking: a worker that died comes back only by an event that the browser keeps for it. */

const WAKE = "wake";
const PACKED_MINUTES = 0.5;
/** Honoured for unpacked extensions only; a killed worker is back in 2.4 s instead of 29 s. */
const UNPACKED_MINUTES = 0.05;

/**
 * Calls `wake` at every alarm, at the browser's start and whenever a page loads. Call it while the worker's script
 * first runs: a listener that is added later misses the event that started the worker.
 */
export function onWake(wake: () => void): void {
  chrome.alarms.onAlarm.addListener((alarm) => {
    if (alarm.name === WAKE) wake();
  });
  chrome.webNavigation.onCommitted.addListener(wake);
  chrome.runtime.onStartup.addListener(wake);
  chrome.runtime.onInstalled.addListener(wake);
}

/** Keep a regular alarm while a hub is wanted. An alarm that is there keeps its rhythm. */
export async function keepWaking(): Promise<void> {
  // Only a store writes `update_url` into a manifest.
  const unpacked = chrome.runtime.getManifest().update_url === undefined;
  const periodInMinutes = unpacked ? UNPACKED_MINUTES : PACKED_MINUTES;
  const alarm = await chrome.alarms.get(WAKE);
  if (alarm?.periodInMinutes !== periodInMinutes) await chrome.alarms.create(WAKE, { periodInMinutes });
}

/** Let the worker sleep for good: no hub is wanted. */
export async function letSleep(): Promise<void> {
  await chrome.alarms.clear(WAKE);
}
