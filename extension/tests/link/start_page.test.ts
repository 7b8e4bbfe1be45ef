import { describe, expect, it } from "vitest";
import { openStartPage } from "../../src/link/start_page";
import type { SessionStore } from "../../src/link/ports";

class Memory implements SessionStore {
  readonly held: Record<string, unknown> = {};

  all(): Promise<Readonly<Record<string, unknown>>> {
    return Promise.resolve({ ...this.held });
  }

  put(key: string, value: unknown): void {
    this.held[key] = value;
  }

  drop(): void {
    throw new Error("nothing is dropped here");
  }
}

async function opened(memory: Memory, body: string | undefined): Promise<readonly string[]> {
  const addresses: string[] = [];
  const open = (url: string): Promise<void> => {
    addresses.push(url);
    return Promise.resolve();
  };
  await openStartPage(() => Promise.resolve(body), memory, open);
  return addresses;
}

describe("the start page", () => {
  it("is opened once in a browser's life, however often its worker starts", async () => {
    const memory = new Memory();
    const body = '{"hub":"http://127.0.0.1:3300","startUrl":"https://example.org/"}';

    expect(await opened(memory, body)).toEqual(["https://example.org/"]);
    expect(await opened(memory, body)).toEqual([]);
  });

  it.each([undefined, "", "[]", "{}", '{"startUrl":7}'])("is none for %j", async (body) => {
    expect(await opened(new Memory(), body)).toEqual([]);
  });
});
