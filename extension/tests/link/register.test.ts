import { describe, expect, it } from "vitest";
import { pair, register } from "../../src/link/register";
import { FakeHub, hmac, identity, PAIRING } from "./fakes";

function answering(body: unknown, init?: ResponseInit): FakeHub {
  const hub = new FakeHub();
  hub.answer = () => Response.json(body, init);
  return hub;
}

describe("registering", () => {
  it("says who this browser is, never its credential", async () => {
    const hub = new FakeHub();
    const way = await register(hub.fetch, PAIRING, identity);
    expect(hub.registrations).toEqual([
      {
        userAgent: "Fake/1.0",
        browser: "Chromium 156",
        extensionId: "abc",
        windowId: 7,
        label: "one",
        instanceId: "inst_1_a",
        nonce: hub.registrations[0]?.["nonce"],
      },
    ]);
    expect(way).toEqual({
      websocketUrl: "ws://localhost:3400/instances/inst_1_a?ticket=t",
      ticket: "t",
      hubName: "Yard",
      proof: hmac("c0ffee", `browser|inst_1_a|hubnonce|${String(hub.registrations[0]?.["nonce"])}`),
    });
  });

  it("uses a fresh nonce each time", async () => {
    const hub = new FakeHub();
    await register(hub.fetch, PAIRING, identity);
    await register(hub.fetch, PAIRING, identity);
    const [first, second] = hub.registrations;
    expect(first?.["nonce"]).not.toBe(second?.["nonce"]);
  });

  it("refuses a hub that does not know the credential", async () => {
    const hub = new FakeHub();
    hub.credential = "guessed";
    await expect(register(hub.fetch, PAIRING, identity)).rejects.toMatchObject({ why: "unproven" });
  });

  it.each([
    { instanceId: "inst_7_other" },
    { nonce: "", proof: hmac("c0ffee", "hub|inst_1_a||") },
    { proof: 7 },
    {},
  ])("refuses a hub whose proof is for something else: %j", async (odd) => {
    const hub = new FakeHub();
    hub.answer = (body) => Response.json({ ...hub.registered(body), proof: "", ...odd });
    await expect(register(hub.fetch, PAIRING, identity)).rejects.toMatchObject({ why: "unproven" });
  });

  it("says that nothing answers", async () => {
    const hub = new FakeHub();
    hub.down = true;
    const failed = { why: "unreachable", message: "Nothing answers at http://localhost:3300." };
    await expect(register(hub.fetch, PAIRING, identity)).rejects.toMatchObject(failed);
  });

  it("says that the hub no longer knows this browser", async () => {
    const hub = answering({ error: "no", code: "INSTANCE_NOT_FOUND" }, { status: 404 });
    await expect(register(hub.fetch, PAIRING, identity)).rejects.toMatchObject({ why: "forgotten" });
  });

  it("passes on why a hub refuses", async () => {
    const hub = answering({ error: "too many browsers", code: "RATE_LIMITED" }, { status: 429 });
    const failed = { why: "rejected", message: "too many browsers" };
    await expect(register(hub.fetch, PAIRING, identity)).rejects.toMatchObject(failed);
  });

  it("recognises that something else than a hub answers", async () => {
    const hub = new FakeHub();
    hub.answer = () => new Response("<h1>It works!</h1>");
    const failed = { why: "rejected", message: "http://localhost:3300 is not a Tabyard hub." };
    await expect(register(hub.fetch, PAIRING, identity)).rejects.toMatchObject(failed);
    hub.answer = () => new Response("<h1>Oh no</h1>", { status: 500 });
    await expect(register(hub.fetch, PAIRING, identity)).rejects.toMatchObject({ why: "rejected" });
  });

  it.each(["ws://yard.example:3400/x", "http://yard.example/x", "", 7])(
    "makes no link in the clear to an https hub: %s",
    async (websocketUrl) => {
      const hub = new FakeHub();
      hub.answer = (body) => Response.json({ ...hub.registered(body), websocketUrl });
      const pairing = { ...PAIRING, hub: "https://yard.example" };
      await expect(register(hub.fetch, pairing, identity)).rejects.toMatchObject({ why: "rejected" });
    },
  );
});

describe("pairing", () => {
  it("gets an id and a credential", async () => {
    const hub = new FakeHub();
    const pairing = await pair(hub.fetch, "http://localhost:3300", identity);
    expect(hub.registrations[0]).toMatchObject({ pair: true, extensionId: "abc" });
    expect(pairing.label).toMatch(/^Chromium 156 [0-9a-f]{4}$/);
    expect(hub.registrations[0]?.["label"]).toBe(pairing.label);
    expect(pairing).toEqual({
      label: pairing.label,
      hub: "http://localhost:3300",
      instanceId: "inst_9_new",
      credential: "c0ffee",
      hubName: "Yard",
      origin: "paired",
    });
  });

  it("says which right a key lacks", async () => {
    const hub = answering({ error: "This API key does not allow that", code: "FORBIDDEN" }, { status: 403 });
    const message = "This API key does not allow that: it needs the scope instances:register";
    await expect(pair(hub.fetch, "http://localhost:3300", identity, "tyk_1")).rejects.toMatchObject({ message, code: "FORBIDDEN" });
  });

  it("refuses an answer without a credential", async () => {
    const hub = answering({ instanceId: "inst_9_new" });
    await expect(pair(hub.fetch, "http://localhost:3300", identity)).rejects.toMatchObject({ why: "rejected" });
  });
});
