/** Mutual proof of the pairing's credential: HMAC-SHA256 over fresh nonces; the credential never travels. */

export interface Handshake {
  readonly instanceId: string;
  readonly credential: string;
  readonly clientNonce: string;
  readonly hubNonce: string;
}

const encoder = new TextEncoder();

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function hmac(key: string, message: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(message))));
}

/** 128 fresh random bits in hex. */
export function freshNonce(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/** Whether `proof` shows that the hub knows this pairing's credential. */
export async function hubProves(shake: Handshake, proof: string): Promise<boolean> {
  const { instanceId, credential, clientNonce, hubNonce } = shake;
  return (await hmac(credential, `hub|${instanceId}|${clientNonce}|${hubNonce}`)) === proof.toLowerCase();
}

/** The browser's side of the proof, for its hello. */
export function browserProof(shake: Handshake): Promise<string> {
  const { instanceId, credential, clientNonce, hubNonce } = shake;
  return hmac(credential, `browser|${instanceId}|${hubNonce}|${clientNonce}`);
}
