import type { Plugin } from "esbuild";

export function injectedSource(): Promise<string>;
export function pageScript(options?: { minify?: boolean }): Promise<string>;
export function pageScriptPlugin(options?: { minify?: boolean }): Plugin;
export function notices(): readonly { readonly name: string; readonly source: string }[];
