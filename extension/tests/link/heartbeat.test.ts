import { describe, expect, it } from "vitest";
import { Heartbeat } from "../../src/link/heartbeat";
import { FakeClock } from "./fakes";

function beating(): { clock: FakeClock; heart: Heartbeat; log: string[] } {
  const clock = new FakeClock();
  const log: string[] = [];
  const heart = new Heartbeat(
    clock,
    () => log.push("ping"),
    () => log.push("silent"),
  );
  return { clock, heart, log };
}

describe("the heartbeat", () => {
  it("pings every 20 s, below the 30 s after which an idle worker is stopped", () => {
    const { clock, log } = beating();
    clock.pass(19_999);
    expect(log).toEqual([]);
    clock.pass(20_002);
    expect(log).toEqual(["ping", "ping"]);
  });

  it("calls a link dead after 45 s without a sign of life", () => {
    const { clock, heart, log } = beating();
    clock.pass(30_000);
    heart.heard();
    clock.pass(44_999);
    expect(log).not.toContain("silent");
    clock.pass(1);
    expect(log).toContain("silent");
  });

  it("notices a dead link in time although the clock was set back", () => {
    const { clock, heart, log } = beating();
    clock.pass(10_000);
    heart.heard();
    clock.setBack(3_600_000);
    clock.pass(35_000 + 45_000);
    expect(log).toContain("silent");
  });

  it("leaves no timer behind", () => {
    const { clock, heart } = beating();
    clock.pass(50_000);
    heart.stop();
    expect(clock.pending).toBe(0);
  });
});
