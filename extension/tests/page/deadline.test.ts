import { describe, expect, it } from "vitest";
import { Deadline, Expired } from "../../src/page/deadline";
import { never } from "../chrome/fake_debugger";

describe("a deadline", () => {
  it("ends a wait when the time is up", async () => {
    const deadline = new Deadline(new AbortController().signal, 10);

    await expect(deadline.race(never)).rejects.toBeInstanceOf(Expired);
    expect(() => {
      deadline.check();
    }).toThrow(Expired);
  });

  it("ends a wait when the call is cancelled", async () => {
    const caller = new AbortController();
    const deadline = new Deadline(caller.signal, 60_000);
    const waiting = deadline.sleep(30_000);

    caller.abort();

    await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    expect(() => {
      deadline.check();
    }).toThrow("cancelled");
    deadline.dispose();
  });

  it("lets through what is done in time", async () => {
    const deadline = new Deadline(new AbortController().signal, 60_000);

    await expect(deadline.race(Promise.resolve(7))).resolves.toBe(7);
    deadline.dispose();
  });

  it("has parts that never outlast it", async () => {
    const deadline = new Deadline(new AbortController().signal, 10);

    await expect(deadline.within(60_000).race(never)).rejects.toBeInstanceOf(Expired);
    deadline.dispose();
  });

  it("lets its parts say first that the time is up, even those that want all of it", async () => {
    const deadline = new Deadline(new AbortController().signal, 30);
    const said = deadline.within(30).race(never).catch(() => {
      throw new Error("the part's own words");
    });
    await expect(deadline.race(said)).rejects.toThrow("the part's own words");
    deadline.dispose();
  });
});
