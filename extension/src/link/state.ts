/** The link's lifecycle: one table, synchronous, without sockets or clocks. */
import { CloseCode } from "../generated/protocol.js";
import type { Delays } from "./backoff.js";

/** Why there is no link and none is being made. */
export type OffReason = "unpaired" | "disconnected" | "replaced" | "revoked" | "refused";

/** Why the last attempt or the last link ended. */
export type Loss = "unreachable" | "unproven" | "forgotten" | "rejected" | "closed" | "silent";

export type LinkState =
  | { readonly phase: "off"; readonly why: OffReason; readonly said: string }
  /** `again`: there was a link or an attempt before this one. */
  | { readonly phase: "connecting"; readonly attempt: number; readonly again?: true }
  | { readonly phase: "connected"; readonly attempt: number; readonly epoch: number; readonly sinceMs: number }
  | {
      readonly phase: "reconnecting";
      readonly attempt: number;
      readonly dueMs: number;
      readonly why: Loss;
      readonly said: string;
    };

export type LinkEvent =
  /** A pairing is at hand and the person wants the link. */
  | { readonly type: "start" }
  | { readonly type: "stop"; readonly why: OffReason; readonly said?: string }
  | { readonly type: "welcomed"; readonly epoch: number; readonly atMs: number }
  | { readonly type: "lost"; readonly why: Loss; readonly said: string; readonly atMs: number }
  /** The hub closed the socket with this WebSocket code. */
  | { readonly type: "closed"; readonly code: number; readonly said: string; readonly atMs: number }
  /** The timer of `wake_me` has run out. The time of day is not asked: a clock may be set back meanwhile. */
  | { readonly type: "due" }
  /** An alarm or a page load: is it time to try again? */
  | { readonly type: "nudge"; readonly atMs: number };

/** What the shell has to do, in order. */
export type LinkEffect =
  | { readonly type: "drop" }
  | { readonly type: "connect" }
  | { readonly type: "wake_me"; readonly inMs: number };

export interface Step {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

/** A link that held this long was a good one: the next loss starts the back-off anew. */
export const STEADY_MS = 5_000;
/** One that held for less was a link all the same: what came before it does not make the next wait any longer. */
export const BRIEF_ATTEMPTS = 3;

type Phase = LinkState["phase"];
export type In<P extends Phase> = Extract<LinkState, { phase: P }>;
type Of<T extends LinkEvent["type"]> = Extract<LinkEvent, { type: T }>;
type Cell<P extends Phase, T extends LinkEvent["type"]> = (state: In<P>, event: Of<T>, delays: Delays) => Step;
type Row<P extends Phase> = { readonly [T in LinkEvent["type"]]: Cell<P, T> };
type Table = { readonly [P in Phase]: Row<P> };

const stay = (state: LinkState): Step => ({ state, effects: [] });

const begin = (): Step => ({
  state: { phase: "connecting", attempt: 1 },
  effects: [{ type: "drop" }, { type: "connect" }],
});

const again = (state: In<"reconnecting">): Step => ({
  state: { phase: "connecting", attempt: state.attempt + 1, again: true },
  effects: [{ type: "connect" }],
});

const end = (event: Of<"stop">): Step => ({
  state: { phase: "off", why: event.why, said: event.said ?? "" },
  effects: [{ type: "drop" }],
});

/**
 * 4000-4499 and the standard codes mean "come back", 4500-4999 "do not"; a replaced link stays off too.
 *
 * UNAUTHORIZED is an exception: the hub has just proved that it knows the credential, so only the ticket can be at
 * fault, as when the hub was restarted between the registration and the hello. Registering again mends that.
 */
function offByCode(code: number): OffReason | undefined {
  if (code === CloseCode.REPLACED) return "replaced";
  if (code === CloseCode.REVOKED) return "revoked";
  if (code === CloseCode.UNAUTHORIZED) return undefined;
  return code >= 4500 && code <= 4999 ? "refused" : undefined;
}

function wait(attempt: number, event: Of<"lost"> | Of<"closed">, delays: Delays): Step {
  const inMs = delays(attempt);
  const why = event.type === "lost" ? event.why : "closed";
  return {
    state: { phase: "reconnecting", attempt, dueMs: event.atMs + inMs, why, said: event.said },
    effects: [{ type: "drop" }, { type: "wake_me", inMs }],
  };
}

function closed(attempt: number, event: Of<"closed">, delays: Delays): Step {
  const why = offByCode(event.code);
  return why === undefined ? wait(attempt, event, delays) : end({ type: "stop", why, said: event.said });
}

/** Losses of a link that had held start at 0, which `Delays` answers with "at once". */
function spent(state: In<"connected">, atMs: number): number {
  return atMs - state.sinceMs >= STEADY_MS ? 0 : Math.min(state.attempt, BRIEF_ATTEMPTS);
}

const TABLE: Table = {
  off: {
    start: begin,
    stop: (_, event) => end(event),
    welcomed: stay,
    lost: stay,
    closed: stay,
    due: stay,
    nudge: stay,
  },
  connecting: {
    start: begin,
    stop: (_, event) => end(event),
    welcomed: (state, event) =>
      stay({ phase: "connected", attempt: state.attempt, epoch: event.epoch, sinceMs: event.atMs }),
    lost: (state, event, delays) => wait(state.attempt, event, delays),
    closed: (state, event, delays) => closed(state.attempt, event, delays),
    due: stay,
    nudge: stay,
  },
  connected: {
    start: begin,
    stop: (_, event) => end(event),
    welcomed: stay,
    lost: (state, event, delays) => wait(spent(state, event.atMs), event, delays),
    closed: (state, event, delays) => closed(spent(state, event.atMs), event, delays),
    due: stay,
    nudge: stay,
  },
  reconnecting: {
    start: begin,
    stop: (_, event) => end(event),
    welcomed: stay,
    lost: stay,
    closed: stay,
    due: again,
    nudge: (state, event) => (event.atMs < state.dueMs ? stay(state) : again(state)),
  },
};

/** What follows from `event` in `state`; events that mean nothing there change nothing. */
export function step(state: LinkState, event: LinkEvent, delays: Delays): Step {
  const row: { readonly [T in LinkEvent["type"]]: (s: never, e: never, d: Delays) => Step } = TABLE[state.phase];
  return (row[event.type] as (s: LinkState, e: LinkEvent, d: Delays) => Step)(state, event, delays);
}

/** What `cases` says of the phase that `state` is in. */
export function byPhase<T>(state: LinkState, cases: { readonly [P in Phase]: (state: In<P>) => T }): T {
  const pick: { readonly [P in Phase]: (state: never) => T } = cases;
  return (pick[state.phase] as (state: LinkState) => T)(state);
}
