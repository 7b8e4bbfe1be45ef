import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      // The build puts the script there that runs inside pages; a scripted browser never runs it.
      name: "page-script",
      resolveId: (id) => (id === "virtual:page-script" ? id : undefined),
      load: (id) => (id === "virtual:page-script" ? 'export default "/* the page script */";' : undefined),
    },
  ],
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
