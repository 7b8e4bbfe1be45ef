import { describe, expect, it } from "vitest";
import { browserProof, freshNonce, hubProves } from "../../src/link/proof";
import { hmac } from "./fakes";

const SHAKE = { instanceId: "inst_1_a", credential: "c0ffee", clientNonce: "mine", hubNonce: "yours" };

describe("the proofs of a pairing", () => {
  it("accept the hub that knows the credential", async () => {
    const proof = hmac("c0ffee", "hub|inst_1_a|mine|yours");
    await expect(hubProves(SHAKE, proof)).resolves.toBe(true);
    await expect(hubProves(SHAKE, proof.toUpperCase())).resolves.toBe(true);
  });

  it("refuse another credential, another nonce, and the browser's own proof played back", async () => {
    for (const wrong of [
      hmac("c0ffef", "hub|inst_1_a|mine|yours"),
      hmac("c0ffee", "hub|inst_1_a|other|yours"),
      hmac("c0ffee", "browser|inst_1_a|yours|mine"),
      "",
    ]) {
      await expect(hubProves(SHAKE, wrong)).resolves.toBe(false);
    }
  });

  it("show the hub that this browser knows it too", async () => {
    await expect(browserProof(SHAKE)).resolves.toBe(hmac("c0ffee", "browser|inst_1_a|yours|mine"));
  });

  it("use a nonce of 128 bits that never repeats", () => {
    const nonces = new Set(Array.from({ length: 50 }, freshNonce));
    expect(nonces.size).toBe(50);
    for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  });
});
