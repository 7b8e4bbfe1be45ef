import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "src/**/*.test.ts"],
    environment: "node",
    testTimeout: 10_000,
    restoreMocks: true,
    unstubGlobals: true,
    // A test that forgets to assert proves nothing.
    expect: { requireAssertions: true },
    reporters: ["default"],
  },
});
