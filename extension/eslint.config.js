import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** A folder may not import what stands above it or beside it; `why` is what the reader is told. */
function wall(folder, forbidden, why) {
  return {
    files: [`src/${folder}/**/*.ts`],
    ignores: ["**/*.test.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        { patterns: forbidden.map((other) => ({ regex: `/${other}/`, message: why })) },
      ],
    },
  };
}

export default defineConfig(
  globalIgnores(["dist/", "node_modules/", "coverage/", "src/generated/"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: ["*.js", "*.mjs", "*.d.mts", "scripts/*", "vitest.config.ts"],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true },
      ],
      complexity: ["error", 10],
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "no-console": "error",
      "no-restricted-globals": [
        "error",
        { name: "chrome", message: "Only src/chrome/ says chrome.*; take what you need from there." },
      ],
    },
  },
  { files: ["src/chrome/**/*.ts"], rules: { "no-restricted-globals": "off" } },
  wall("policy", ["entrypoints", "link", "tools", "page", "chrome"], "policy/ decides about addresses; it knows no browser."),
  wall("generated", ["entrypoints", "link", "tools", "page", "chrome", "policy"], "Generated types know nobody."),
  wall("chrome", ["entrypoints", "link", "tools", "page", "policy"], "chrome/ is the lowest wall."),
  wall("page", ["entrypoints", "link", "tools"], "page/ serves tools; it never calls them."),
  wall("link", ["entrypoints", "tools"], "The link carries calls; it does not know the tools."),
  wall("tools", ["entrypoints", "link"], "A tool gets a tab and arguments; the link is not its business."),
  {
    // A fake chrome has to be put in the place of the real one.
    files: ["tests/**/*.ts", "**/*.test.ts"],
    rules: {
      "max-lines": ["error", 600],
      "no-restricted-globals": "off",
    },
  },
  {
    files: ["**/*.js", "**/*.mjs", "*.config.ts"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
    rules: { "no-console": "off" },
  },
);
