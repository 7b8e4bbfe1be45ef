/** `POST /register`: asking a hub for a way in, and judging whether it is the right hub. */
import { ErrorCode } from "../generated/protocol.js";
import { type Fields, isFields, parseFields, present, text } from "./fields.js";
import type { Pairing } from "./pairing.js";
import type { Identity } from "./ports.js";
import { browserProof, freshNonce, hubProves } from "./proof.js";
import type { Loss } from "./state.js";

/** No link this time; `why` decides what the popup says, the message is for people. */
export class NoWayIn extends Error {
  constructor(
    readonly why: Loss,
    message: string,
    /** What the hub calls its refusal. */
    readonly code?: string,
  ) {
    super(message);
  }
}

/** All that the socket and its hello need. */
export interface WayIn {
  readonly websocketUrl: string;
  readonly ticket: string;
  readonly proof: string;
  readonly hubName?: string;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const ANSWER_WITHIN_MS = 10_000;

async function body(identity: Identity, label: string | undefined): Promise<Fields> {
  return {
    userAgent: identity.userAgent,
    browser: identity.browser,
    extensionId: identity.extensionId,
    windowId: await identity.windowId(),
    ...present({ label }),
  };
}

async function post(fetch: Fetch, hub: string, fields: Fields, key?: string): Promise<Fields> {
  let answer: string;
  let response: Response;
  try {
    response = await fetch(`${hub}/register`, {
      method: "POST",
      headers: { "content-type": "application/json", ...present({ authorization: key === undefined ? key : `Bearer ${key}` }) },
      body: JSON.stringify(fields),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      // The pairing itself is the only thing that says who we are.
      credentials: "omit",
      redirect: "error",
      cache: "no-store",
    });
    answer = await response.text();
  } catch {
    throw new NoWayIn("unreachable", `Nothing answers at ${hub}.`);
  }
  const said = parseFields(answer);
  if (!response.ok) {
    if (said?.["code"] === ErrorCode.INSTANCE_NOT_FOUND) {
      throw new NoWayIn("forgotten", `${hub} does not know this browser, or knows it no longer.`);
    }
    throw refused(hub, response.status, said);
  }
  if (said === undefined) throw new NoWayIn("rejected", `${hub} is not a Tabyard hub.`);
  return said;
}

function refused(hub: string, status: number, said: Fields | undefined): NoWayIn {
  const code = said === undefined ? undefined : text(said["code"]);
  const reason = (said === undefined ? undefined : text(said["error"])) ?? `${hub} answered ${String(status)}.`;
  const remedy = code === ErrorCode.FORBIDDEN ? ": it needs the scope instances:register" : "";
  return new NoWayIn("rejected", `${reason}${remedy}`, code);
}

/** A link to an https hub is never made in the clear. */
function socketUrl(hub: string, answer: Fields): string {
  const url = text(answer["websocketUrl"]) ?? "";
  const isEncrypted = hub.startsWith("https:");
  const allowed = isEncrypted ? ["wss:"] : ["ws:", "wss:"];
  if (URL.canParse(url) && allowed.includes(new URL(url).protocol)) return url;
  const remedy = isEncrypted ? " It must be encrypted: set TABYARD_LINK_URL there." : "";
  throw new NoWayIn("rejected", `${hub} gave no usable address for the link.${remedy}`);
}

/**
 * Ask `pairing`'s hub for a link. The hub proves first that it knows the credential; nothing that depends on the
 * credential is computed for a hub that can't, so a program squatting on the port learns an id and a nonce.
 */
export async function register(fetch: Fetch, pairing: Pairing, identity: Identity): Promise<WayIn> {
  const { hub, instanceId, credential } = pairing;
  const clientNonce = freshNonce();
  const fields = await body(identity, pairing.label);
  const answer = await post(fetch, hub, { ...fields, instanceId, nonce: clientNonce });
  const hubNonce = text(answer["nonce"]) ?? "";
  const shake = { instanceId, credential, clientNonce, hubNonce };
  const same = text(answer["instanceId"]) === instanceId && hubNonce !== "";
  if (!same || !(await hubProves(shake, text(answer["proof"]) ?? ""))) {
    throw new NoWayIn("unproven", `${hub} could not prove that it is the hub this browser was paired with.`);
  }
  return {
    websocketUrl: socketUrl(hub, answer),
    ticket: text(answer["ticket"]) ?? "",
    proof: await browserProof(shake),
    ...present({ hubName: text(answer["hubName"]) }),
  };
}

/** What a hub tells everybody about itself. */
export interface HubCard {
  readonly name: string;
  readonly keyRequired: boolean;
}

/** Who answers at an address; undefined when nothing there says that it is a hub. */
export async function cardOf(fetch: Fetch, hub: string): Promise<HubCard | undefined> {
  try {
    const response = await fetch(`${hub}/health`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      credentials: "omit",
      redirect: "error",
      cache: "no-store",
    });
    const health = parseFields(await response.text());
    const name = text(health?.["name"]);
    const keyRequired = health?.["keyRequired"];
    return name !== undefined && typeof keyRequired === "boolean" ? { name, keyRequired } : undefined;
  } catch {
    return undefined;
  }
}

/** Ask for a new pairing: a person has clicked *Connect*. The key is needed this once, and kept nowhere. */
export async function pair(fetch: Fetch, hub: string, identity: Identity, key?: string): Promise<Pairing> {
  // Chosen here, so that the popup and the hub's list call this browser the same.
  const label = `${identity.browser} ${freshNonce().slice(0, 4)}`;
  const answer = await post(fetch, hub, { ...(await body(identity, label)), pair: true }, key);
  const instanceId = text(answer["instanceId"]);
  const credential = text(answer["credential"]);
  if (!isFields(answer) || instanceId === undefined || credential === undefined) {
    throw new NoWayIn("rejected", `${hub} gave no credential; is it a Tabyard hub?`);
  }
  const names = present({ hubName: text(answer["hubName"]) });
  return { hub, instanceId, credential, label, ...names, origin: "paired" };
}
