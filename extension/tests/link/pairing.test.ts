import { describe, expect, it } from "vitest";
import { hubOrigin, type Pairing, Pairings, shortAddress } from "../../src/link/pairing";
import { FakeLasting, PAIRING, settled } from "./fakes";

const FILE = JSON.stringify({ hub: "http://127.0.0.1:3300/", instanceId: "inst_2_b", credential: "bead", label: "lab" });

function watched(file: () => Promise<string | undefined> = () => Promise.resolve(undefined)): {
  store: FakeLasting;
  pairings: Pairings;
  seen: [Pairing | undefined, boolean][];
} {
  const store = new FakeLasting();
  const seen: [Pairing | undefined, boolean][] = [];
  const pairings = new Pairings(store, file, (pairing, paused) => seen.push([pairing, paused]));
  return { store, pairings, seen };
}

describe("an address of a hub", () => {
  it.each([
    ["localhost:3300", "http://localhost:3300"],
    ["  http://localhost:3300/  ", "http://localhost:3300"],
    ["https://Yard.Example:443/x?y#z", "https://yard.example"],
    ["[::1]:3300", "http://[::1]:3300"],
  ])("%s is %s", (address, origin) => {
    expect(hubOrigin(address)).toBe(origin);
  });

  it.each(["", "   ", "ftp://localhost", "http://", "javascript://x", "http://user:secret@host", "a b"])(
    "%s is none",
    (address) => {
      expect(hubOrigin(address)).toBeUndefined();
    },
  );

  it("is shown without what goes without saying", () => {
    expect(shortAddress("http://localhost:3300")).toBe("localhost:3300");
    expect(shortAddress("https://yard.example")).toBe("https://yard.example");
  });
});

describe("the pairing in force", () => {
  it("is none at first", async () => {
    const { pairings, seen } = watched();
    await pairings.read();
    expect(seen).toEqual([[undefined, false]]);
  });

  it("is the launcher's file, whatever the popup has stored", async () => {
    const { pairings, store, seen } = watched(() => Promise.resolve(FILE));
    await store.set("pairing", PAIRING);
    await settled();
    seen.length = 0;
    await pairings.read();
    expect(seen[0]?.[0]).toEqual({
      hub: "http://127.0.0.1:3300",
      instanceId: "inst_2_b",
      credential: "bead",
      label: "lab",
      origin: "launched",
    });
  });

  it.each(["", "{", "[]", '{"hub":"http://x"}', '{"hub":"ftp://x","instanceId":"a","credential":"b"}'])(
    "is none when the file says %s",
    async (file) => {
      const { pairings, seen } = watched(() => Promise.resolve(file));
      await pairings.read();
      expect(seen).toEqual([[undefined, false]]);
    },
  );

  it("is what the popup stores, as soon as it is stored", async () => {
    const { pairings, seen } = watched();
    await pairings.read();
    await pairings.pair(PAIRING);
    await settled();
    expect(seen.at(-1)).toEqual([PAIRING, false]);
    await pairings.pause();
    await settled();
    expect(seen.at(-1)).toEqual([PAIRING, true]);
    await pairings.resume();
    await settled();
    expect(seen.at(-1)).toEqual([PAIRING, false]);
    await pairings.forget();
    await settled();
    expect(seen.at(-1)).toEqual([undefined, false]);
  });

  it("is the newer one when it arrives while an older one is being read", async () => {
    let answer: (file: undefined) => void = () => undefined;
    const { pairings, seen } = watched(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const reading = pairings.read();
    await pairings.pair(PAIRING);
    answer(undefined);
    await reading;
    await settled();
    expect(seen).toEqual([[PAIRING, false]]);
  });
});
