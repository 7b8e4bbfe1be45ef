/** The extension's service worker: wires the link, the tools and the toolbar button together. */
import { showSign } from "../chrome/action.js";
import { keepWaking, letSleep, onWake } from "../chrome/alarms.js";
import { mayReach, onReachGranted } from "../chrome/hosts.js";
import { identity, ownFile } from "../chrome/identity.js";
import { type Guest, hostPopups } from "../chrome/popup_port.js";
import { localArea, sessionArea } from "../chrome/storage.js";
import { fillEmptyTab } from "../chrome/tabs.js";
import { backoff } from "../link/backoff.js";
import { browserClock, openSocket } from "../link/browser_ports.js";
import { coalesced } from "../link/coalesced.js";
import { Control, PAUSED } from "../link/control.js";
import { ALL_SITES, Limits } from "../link/limits.js";
import { Link } from "../link/link.js";
import { CallMemory } from "../link/memory.js";
import { Pairings } from "../link/pairing.js";
import { readWish } from "../link/popup_messages.js";
import { cardOf, pair } from "../link/register.js";
import { retrySafe } from "../link/retry_safe.js";
import { signOf } from "../link/sign.js";
import { openStartPage } from "../link/start_page.js";
import { configure, drivenTabs, endTask, letGo, limit, onBrowserEvent, runTool, ToolFailure } from "../tools/index.js";

const session = sessionArea();
const local = localArea();
const me = identity();
const memory = new CallMemory(session, browserClock);
const guests = new Set<Guest>();
const request = (url: string, init: RequestInit): Promise<Response> => fetch(url, init);

/** Eyes don't see it, and calls of a few milliseconds don't pay for the button. */
const REPORT_AFTER_MS = 120;

const REFRESH_MS = 2_000;

/** Everything that had to wait for what an earlier worker left behind. */
async function assemble(): Promise<{ readonly link: Link; readonly control: Control; readonly report: () => void }> {
  const remembered = await memory.recall(crypto.randomUUID());
  const report = coalesced(browserClock, REPORT_AFTER_MS, () => {
    const told = control.report();
    const { sign, title } = signOf(told);
    void showSign(sign, title);
    for (const guest of guests) guest.post(told);
  });
  const limits: Limits = new Limits(local, () => {
    setRules();
    report();
  });
  /** What the person and the hub both let tasks do. */
  const setRules = (): void => {
    const { pairing, privateAddresses } = link.status();
    const { allow, deny, noPrivate } = pairing === undefined ? ALL_SITES : limits.of(pairing.hub);
    const strict = noPrivate || privateAddresses === "deny";
    limit({ hubOrigin: pairing?.hub, privateAddresses: strict ? "deny" : "allow", allow, deny });
  };
  const link: Link = new Link({
    clock: browserClock,
    fetch: request,
    open: openSocket,
    identity: me,
    delays: backoff(Math.random),
    tool: (name, args, context) =>
      limits.paused ? Promise.reject(new ToolFailure("CANCELLED", PAUSED)) : runTool(name, args, context),
    paused: () => limits.paused,
    memory,
    remembered,
    retrySafe,
    endTask: (taskId) => void endTask(taskId),
    worked: report,
    changed: () => {
      setRules();
      control.noticed(link.status().state);
      report();
    },
  });
  const control: Control = new Control({
    link,
    memory,
    remembered,
    pairings: () => pairings,
    pair: (hub, key) => pair(request, hub, me, key),
    cardOf: (hub) => cardOf(request, hub),
    limits,
    letGo,
    mayReach,
    drivenTabs: () => drivenTabs().length,
    browser: me.browser,
    wanted: (wanted) => void (wanted ? keepWaking() : letSleep()),
    changed: report,
  });
  const pairings = new Pairings(
    local,
    () => ownFile("pairing.json"),
    (pairing, paused) => {
      if (pairing !== undefined) configure({ launched: pairing.origin === "launched" });
      control.paired(pairing, paused);
      report();
    },
  );
  onBrowserEvent((kind, data) => {
    link.tell({ type: "event", kind, data });
    report();
  });
  await limits.read();
  await pairings.read();
  await openStartPage(() => ownFile("pairing.json"), session, fillEmptyTab);
  return { link, control, report };
}

const assembled = assemble();

/** Tabs are let go without a word; an open popup shall not show them any longer. */
function stayFresh(): void {
  if (guests.size === 0) return;
  void assembled.then(({ report }) => {
    report();
  });
  browserClock.after(REFRESH_MS, stayFresh);
}

// Listeners are registered while the script first runs: a later one misses the event that started this worker.
onWake(() => {
  void assembled.then(({ link }) => {
    link.nudge();
  });
});
hostPopups({
  arrived: (guest) => {
    guests.add(guest);
    void assembled.then(({ control }) => {
      if (guests.has(guest)) guest.post(control.report());
    });
    if (guests.size === 1) stayFresh();
  },
  said: (message) => {
    const wish = readWish(message);
    if (wish !== undefined) void assembled.then(({ control }) => control.wish(wish));
  },
  left: (guest) => guests.delete(guest),
});
onReachGranted(() => {
  void assembled.then(({ control }) => control.granted());
});
