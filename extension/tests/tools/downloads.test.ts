import { beforeEach, describe, expect, it } from "vitest";
import { Deadline } from "../../src/page/deadline";
import { Downloads, nameOf } from "../../src/tools/downloads";
import { FakeSession, settled } from "../link/fakes";
import { FakeDownloads } from "./fake_downloads";

let browser: FakeDownloads;
let memory: FakeSession;
let told: Record<string, unknown>[];
let downloads: Downloads;

const soon = (ms = 1_000): Deadline => new Deadline(new AbortController().signal, ms);

function made(launched: boolean): Downloads {
  const one = new Downloads(browser, memory, (data) => told.push(data));
  one.launched = launched;
  return one;
}

beforeEach(() => {
  browser = new FakeDownloads();
  memory = new FakeSession();
  told = [];
  downloads = made(true);
});

describe("waiting for a download", () => {
  it("is for the next one that comes, and ends with it", async () => {
    const waiting = downloads.ended(undefined, soon());
    browser.put({ id: 1 });
    await settled();
    browser.put({ id: 1, state: "complete", bytesReceived: 7 });
    await expect(waiting).resolves.toMatchObject({ id: 1, bytesReceived: 7 });
  });

  it("takes one that has ended already, but each only once", async () => {
    browser.put({ id: 1, state: "complete" });
    await expect(downloads.ended(undefined, soon())).resolves.toMatchObject({ id: 1 });
    await expect(downloads.ended(undefined, soon(30))).rejects.toMatchObject({ code: "DOWNLOAD_TIMEOUT" });
    await expect(downloads.ended(1, soon())).resolves.toMatchObject({ id: 1 });
  });

  it("fails with the browser's reason", async () => {
    browser.put({ id: 1, state: "interrupted", error: "NETWORK_FAILED" });
    await expect(downloads.ended(undefined, soon())).rejects.toMatchObject({ code: "DOWNLOAD_FAILED", details: { error: "NETWORK_FAILED" } });
  });

  it("says how far it came, and what the browser doubts", async () => {
    browser.put({ id: 1, bytesReceived: 5, totalBytes: 9, danger: "file" });
    await expect(downloads.ended(undefined, soon(30))).rejects.toThrow(/5 of 9 bytes.*holds it back as file/);
  });

  it("knows no download of another number", async () => {
    await expect(downloads.ended(9, soon())).rejects.toMatchObject({ code: "INVALID_ARGUMENTS" });
  });
});

describe("in a person's own browser", () => {
  beforeEach(() => {
    downloads.launched = false;
  });

  it("only downloads that a task's tab began are told", async () => {
    browser.put({ id: 1, url: "https://bank.example/statement.pdf", finalUrl: "https://bank.example/statement.pdf" });
    browser.put({ id: 2 });
    downloads.begun(7, "https://shop.example/prices.csv");
    expect((await downloads.list()).map(({ id }) => id)).toEqual([2]);
  });

  it("a wait sees one that is known as a task's only when it has ended", async () => {
    const waiting = downloads.ended(undefined, soon());
    browser.put({ id: 2, state: "complete" });
    await settled();
    downloads.begun(7, "https://shop.example/prices.csv");
    await expect(waiting).resolves.toMatchObject({ id: 2 });
  });

  it("the next worker still knows which", async () => {
    browser.put({ id: 2 });
    downloads.begun(7, "https://shop.example/prices.csv");
    expect((await made(false).list()).map(({ id }) => id)).toEqual([2]);
  });

  it("the end is told once", async () => {
    downloads.begun(7, "https://shop.example/prices.csv");
    browser.put({ id: 2, state: "complete" });
    browser.put({ id: 2, state: "complete" });
    await settled();
    expect(told.filter(({ event }) => event === "ended")).toEqual([
      { event: "ended", downloadId: "2", filename: "prices.csv", state: "complete", bytesReceived: 0 },
    ]);
  });
});

it("a download without a path yet is named by its address", () => {
  const item = { id: 1, path: "", url: "https://a.example/x/report.pdf?y=1" };
  expect(nameOf(item as Parameters<typeof nameOf>[0])).toBe("report.pdf");
});
