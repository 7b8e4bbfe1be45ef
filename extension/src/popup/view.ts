/** What the popup says for a report: words and choices, no page. */
import { hubOrigin } from "../link/pairing.js";
import type { Report } from "../link/popup_messages.js";
import { byPhase, type In, type OffReason } from "../link/state.js";
import { isLoopback } from "../policy/hosts.js";

export type Tone = "good" | "busy" | "wait" | "bad" | "off";

export type Button = "reconnect" | "disconnect" | "forget" | "pause" | "resume";

export interface CallLine {
  readonly what: string;
  readonly how: string;
  readonly sinceMs: number;
}

export interface View {
  readonly tone: Tone;
  readonly pill: string;
  readonly detail: string;
  readonly calls: readonly CallLine[];
  readonly showWork: boolean;
  readonly driven: string;
  readonly showConnect: boolean;
  readonly connecting: boolean;
  /** Who answers at the address in the form; empty while nobody knows. */
  readonly seen: string;
  /** The hub at that address asks for a key. */
  readonly askKey: boolean;
  readonly problem: string;
  readonly buttons: readonly Button[];
}

type Words = Pick<View, "tone" | "pill" | "detail">;

const OFF: Readonly<Record<OffReason, (said: string) => Words>> = {
  unpaired: () => ({
    tone: "off",
    pill: "Not connected",
    detail: "Connect this browser to a hub to let its tasks run here.",
  }),
  disconnected: () => ({
    tone: "off",
    pill: "Disconnected",
    detail: "You disconnected this browser. It stays away until you connect it again.",
  }),
  replaced: () => ({
    tone: "bad",
    pill: "Taken over",
    detail:
      "Another browser has connected with the same pairing, so this one stays away. " +
      "If that was not you, forget this hub.",
  }),
  revoked: () => ({
    tone: "bad",
    pill: "Revoked",
    detail: "The hub has ended its pairing with this browser, so it stays away. Connect below to pair anew.",
  }),
  refused: (said) => ({
    tone: "bad",
    pill: "Refused",
    detail: `The hub sent this browser away${said === "" ? "" : `: “${said}”`}. It won't come back by itself.`,
  }),
};

function lost({ why, said }: In<"reconnecting">, busy: boolean): Words {
  if (why === "unproven") {
    const detail = `${said} It is told nothing. If you have set the hub up anew, connect again.`;
    return { tone: "bad", pill: "Not trusted", detail };
  }
  if (why === "forgotten") {
    return { tone: "bad", pill: "Not known", detail: `${said} Connect it again to pair anew.` };
  }
  const reason = said === "" ? "The link was lost." : said;
  const kept = busy ? " What runs here goes on, and its answer is kept." : "";
  return { tone: "wait", pill: "Reconnecting", detail: `${reason} Trying again by itself.${kept}` };
}

/** Which command of its task it is, for people: ids end in the number, counted from 0. */
function place(commandId: string | undefined): string | undefined {
  const number = /_cmd_(\d+)$/.exec(commandId ?? "")?.[1];
  return number === undefined ? commandId : `command ${Number(number) + 1}`;
}

function words({ state, hub, running, paused }: Report): Words {
  const where = hub?.name ?? hub?.address ?? "the hub";
  return byPhase<Words>(state, {
    off: ({ why, said }) => OFF[why](said),
    connecting: ({ attempt, again }) => {
      const detail = attempt === 1 ? `Connecting to ${where}.` : `Connecting to ${where}, attempt ${attempt}.`;
      return { tone: "wait", pill: again === true ? "Reconnecting" : "Connecting", detail };
    },
    connected: () =>
      paused
        ? { tone: "wait", pill: "Paused", detail: `No task runs here until you resume. ${where} has been told.` }
        : running.length === 0
        ? { tone: "good", pill: "Connected", detail: `${where} can run tasks in this browser.` }
        : { tone: "busy", pill: "Working", detail: `${where} is running a task in this browser.` },
    reconnecting: (lostState) => lost(lostState, running.length > 0),
  });
}

function buttons({ state, browser, paused }: Report): readonly Button[] {
  if (browser === undefined) return [];
  const stay: readonly Button[] = paused ? ["resume", "disconnect"] : ["pause", "disconnect"];
  // A pairing that the hub has ended leads nowhere: the form makes a new one.
  const revoked = state.phase === "off" && state.why === "revoked";
  const keep: readonly Button[] = revoked ? [] : state.phase === "off" ? ["reconnect"] : stay;
  return browser.launched ? keep : ["forget", ...keep];
}

/** Someone without a pairing, or with one that this hub can't prove, needs a way to make a new one. */
function needsPairing({ state, browser }: Report): boolean {
  if (browser === undefined) return true;
  if (browser.launched) return false;
  if (state.phase === "off") return state.why === "refused" || state.why === "revoked";
  return state.phase === "reconnecting" && (state.why === "unproven" || state.why === "forgotten");
}

function problem({ pairing }: Report): string {
  switch (pairing.step) {
    case "failed":
      return pairing.said;
    case "asking":
      return "Allow the address in the browser's question, then this goes on by itself.";
    case "idle":
    case "pairing":
      return "";
    default:
      return pairing satisfies never;
  }
}

function seen({ seen, pairing }: Report): string {
  if (seen === undefined || pairing.step !== "idle") return "";
  if (seen.name === undefined) return "No hub answers at this address yet.";
  return `The hub “${seen.name}” answers there${seen.keyRequired === true ? ", and asks for a key" : ""}.`;
}

function askKey({ seen, pairing }: Report): boolean {
  return seen?.keyRequired === true || (pairing.step === "failed" && pairing.keyRequired === true);
}

/** What a person should know about an address before they type a key: whether it needs one, and who can read it. */
export function addressOf(address: string): { readonly elsewhere: boolean; readonly clear: boolean } {
  const hub = hubOrigin(address);
  const elsewhere = hub !== undefined && !isLoopback(new URL(hub).hostname);
  return { elsewhere, clear: elsewhere && hub.startsWith("http:") };
}

export function viewOf(report: Report): View {
  const { drivenTabs } = report;
  return {
    ...words(report),
    calls: report.running.map((call) => ({
      what: call.taskName ?? call.taskId ?? call.name,
      how: [call.name, place(call.commandId)].filter((part) => part !== undefined).join(" · "),
      sinceMs: call.sinceMs,
    })),
    showWork: report.running.length > 0 || report.state.phase === "connected",
    driven: drivenTabs === 0 ? "" : `${drivenTabs} ${drivenTabs === 1 ? "tab is" : "tabs are"} held for tasks.`,
    showConnect: needsPairing(report),
    connecting: report.pairing.step === "pairing",
    seen: seen(report),
    askKey: askKey(report),
    problem: problem(report),
    buttons: buttons(report),
  };
}

/** `0:07`, `12:34`, `1:02:03`. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}
