import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manifest, PERMISSIONS } from "../manifest.mjs";

const WALL = join(import.meta.dirname, "../src/chrome");

/** What every extension may use without asking. */
const FREE = ["action", "extension", "permissions", "runtime", "windows"];

function namespaces(): Set<string> {
  const sources = readdirSync(WALL).map((file) => readFileSync(join(WALL, file), "utf-8"));
  return new Set(sources.flatMap((source) => [...source.matchAll(/\bchrome\.([a-zA-Z]+)\./g)].map((match) => match[1] ?? "")));
}

describe("the manifest", () => {
  it("asks for what is used, and for nothing else", () => {
    const used = [...namespaces()].filter((name) => !FREE.includes(name));
    expect(used.sort()).toEqual([...PERMISSIONS].sort());
  });

  it("reaches loopback only, until the person connects to another machine", () => {
    const { host_permissions: hosts } = manifest("1.0.0");
    expect(hosts).not.toContainEqual(expect.stringContaining("//*/"));
    expect(hosts).toContain("http://localhost/*");
  });

  it("lets no page talk to the extension", () => {
    expect(manifest("1.0.0")).not.toHaveProperty("externally_connectable");
    expect(manifest("1.0.0")).not.toHaveProperty("web_accessible_resources");
    expect(manifest("1.0.0")).not.toHaveProperty("content_scripts");
  });
});
