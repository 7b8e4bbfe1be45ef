/** Builds the page script: Playwright's injected script, taken out of playwright-core, plus what stands in src/page/script. */
import { build, transform } from "esbuild";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { unclobbered } from "./unclobber.mjs";

const extension = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const entry = path.join(extension, "src/page/script/main.ts");

function playwrightFolder() {
  const require = createRequire(path.join(extension, "package.json"));
  return path.dirname(require.resolve("playwright-core/package.json"));
}

/** The injected script as CommonJS text. Throws when this version of playwright-core keeps it elsewhere. */
export async function injectedSource() {
  const bundle = await readFile(path.join(playwrightFolder(), "lib/coreBundle.js"), "utf8");
  const module = bundle.indexOf("generated/injectedScriptSource.ts");
  const literal = /=\s*('(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*")/y;
  for (let at = module; module >= 0 && (at = bundle.indexOf("=", at)) >= 0 && at < module + 2000; at++) {
    literal.lastIndex = at;
    const found = literal.exec(bundle)?.[1];
    // The literal is JavaScript, not JSON: single quotes, and escapes that JSON does not know.
    if (found !== undefined && found.length > 100_000) return new Function(`return ${found}`)();
  }
  throw new Error("playwright-core: the injected script is not where it was; see scripts/page-script.mjs");
}

const injectedPlugin = {
  name: "playwright-injected",
  setup(builder) {
    builder.onResolve({ filter: /^virtual:playwright-injected$/ }, ({ path: name }) => ({ path: name, namespace: "injected" }));
    builder.onLoad({ filter: /.*/, namespace: "injected" }, async () => ({
      // A CommonJS module is evaluated when it is required, so a document that is never asked never runs it.
      contents: await injectedSource(),
      loader: "js",
    }));
  },
};

/** The script's text. */
export async function pageScript({ minify = true } = {}) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: TARGET,
    legalComments: "none",
    logLevel: "warning",
    plugins: [injectedPlugin],
  });
  const { code } = await transform(unclobbered(result.outputFiles[0].text), { minify, target: TARGET, legalComments: "none" });
  return code;
}

const TARGET = "chrome120";

/** For esbuild: `import source from "virtual:page-script"` gives the script's text. */
export function pageScriptPlugin(options) {
  return {
    name: "page-script",
    setup(builder) {
      builder.onResolve({ filter: /^virtual:page-script$/ }, ({ path: name }) => ({ path: name, namespace: "page-script" }));
      builder.onLoad({ filter: /.*/, namespace: "page-script" }, async () => ({
        contents: `export default ${JSON.stringify(await pageScript(options))};`,
        loader: "js",
        watchDirs: [path.dirname(entry)],
      }));
    },
  };
}

/** Licence texts that have to be shipped with the built extension: name in the dist, path of the source. */
export function notices() {
  return ["LICENSE", "NOTICE"].map((file) => ({
    name: `playwright-core.${file}.txt`,
    source: path.join(playwrightFolder(), file),
  }));
}
