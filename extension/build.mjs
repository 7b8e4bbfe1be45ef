/** Builds `dist/`, which is loaded unpacked. `--watch` rebuilds on every change, `--dev` leaves the code readable. */
import { build, context } from "esbuild";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { manifest } from "./manifest.mjs";
import { COLOURS, drawIcon, GREYS } from "./scripts/draw_icons.mjs";
import { notices, pageScriptPlugin } from "./scripts/page-script.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");
const wants = new Set(process.argv.slice(2));
const minify = !wants.has("--dev");

const options = (outdir) => ({
  absWorkingDir: here,
  entryPoints: { worker: "src/entrypoints/worker.ts", popup: "src/entrypoints/popup.ts" },
  outdir,
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "chrome125",
  minify,
  keepNames: false,
  // Apache-2.0 asks that notices stay; they are collected beside the bundle.
  legalComments: "linked",
  logLevel: "warning",
  plugins: [pageScriptPlugin({ minify })],
});

async function writeStatics(folder) {
  const { version } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
  await mkdir(path.join(folder, "icons"), { recursive: true });
  await mkdir(path.join(folder, "licenses"), { recursive: true });
  await writeFile(path.join(folder, "manifest.json"), `${JSON.stringify(manifest(version), null, 2)}\n`);
  for (const file of ["popup.html", "popup.css"]) {
    await copyFile(path.join(here, "src/popup", file), path.join(folder, file));
  }
  for (const [name, palette, sizes] of [
    ["icon", COLOURS, [16, 32, 48, 128]],
    ["icon-off", GREYS, [16, 32]],
  ]) {
    for (const size of sizes) await writeFile(path.join(folder, `icons/${name}-${size}.png`), drawIcon(size, palette));
  }
  for (const { name, source } of notices()) await copyFile(source, path.join(folder, "licenses", name));
}

if (wants.has("--watch")) {
  const building = await context(options(dist));
  await building.watch();
  await writeStatics(dist);
} else {
  // Whoever copies the folder meanwhile finds the old one or the new one, never a half.
  const fresh = path.join(here, `node_modules/.dist-${process.pid}`);
  await Promise.all([build(options(fresh)), writeStatics(fresh)]).catch(async (error) => {
    await rm(fresh, { recursive: true, force: true });
    // esbuild has told its own errors already.
    if (error.errors === undefined) console.error(error);
    process.exit(1);
  });
  await rm(dist, { recursive: true, force: true });
  await rename(fresh, dist);
}
