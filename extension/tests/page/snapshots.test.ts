import { describe, expect, it } from "vitest";
import { RefBook } from "../../src/page/ref_book";
import { cut, difference } from "../../src/page/snapshots";

describe("what changed between two snapshots", () => {
  it("is what is gone and what is new, in the order of the page", () => {
    const before = ["heading \"Cart\"", "  button \"Buy\" [ref=e1]", "text: 2 items"];
    const after = ["heading \"Cart\"", "  button \"Buy\" [disabled] [ref=e1]", "text: 2 items", "alert: Sold out"];

    expect(difference(before, after)).toEqual([
      '- button "Buy" [ref=e1]',
      '+ button "Buy" [disabled] [ref=e1]',
      "+ alert: Sold out",
    ]);
  });

  it("counts lines that are there several times", () => {
    expect(difference(["text: a", "text: a"], ["text: a"])).toEqual(["- text: a"]);
    expect(difference(["text: a"], ["text: a", "text: a"])).toEqual(["+ text: a"]);
  });

  it("is said also when there is nothing", () => {
    expect(difference(["text: a"], ["text: a"])).toEqual(["(no changes)"]);
  });
});

describe("the refs of a tab", () => {
  it("know the frame that gave them and are never given twice", () => {
    const book = new RefBook();
    book.given("main", 5);
    book.given("child", 8);
    book.given("main", 8);

    expect(book.next).toBe(8);
    expect(["e1", "e4", "e5", "e7", "e8", "x"].map((ref) => book.frameOf(ref))).toEqual([
      "main", "main", "child", "child", undefined, undefined,
    ]);
  });

  it("go on where an earlier worker has stopped, and say how far they are", () => {
    const noted: number[] = [];
    const book = new RefBook(8, (next) => noted.push(next));
    book.given("main", 12);

    expect(book.frameOf("e7")).toBeUndefined();
    expect(book.frameOf("e8")).toBe("main");
    expect(noted).toEqual([12]);
  });

  it("keep the last snapshots only", () => {
    const book = new RefBook();
    const ids = Array.from({ length: 10 }, (_, at) => book.keepSnapshot({ view: "", lines: [String(at)] }));

    expect(book.snapshot(ids[0] ?? "")).toBeUndefined();
    expect(book.snapshot(ids[9] ?? "")?.lines).toEqual(["9"]);
  });
});

describe("a snapshot that is too long", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `button "Number ${String(index)}" [ref=e${String(index)}]`);

  it("is cut between lines, and says so within its limit", () => {
    const { text, truncated } = cut(lines, 500);

    expect(truncated).toBe(true);
    expect(text.length).toBeLessThanOrEqual(500);
    expect(text.split("\n").at(-1)).toMatch(/^… \d+ of 100 lines cut; narrow it/);
  });

  it("is left alone when it fits", () => {
    expect(cut(["a", "b"], 3)).toEqual({ text: "a\nb", truncated: false });
  });
});
