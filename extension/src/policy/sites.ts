/** Patterns for sites: `example.com`, `*.example.com`, `localhost:8080`, `*`. */
import { bareHost } from "./hosts.js";

/**
 * The one spelling of a pattern, or undefined when it is none. An address is taken for its host; names of other
 * scripts are written as the browser writes them.
 */
export function readSite(text: string): string | undefined {
  const bare = text.trim().replace(/^https?:\/\//i, "").replace(/[/?#].*$/, "").replace(/^.*@/, "");
  if (bare === "*") return bare;
  const wide = bare.startsWith("*.");
  const host = wide ? bare.slice(2) : bare;
  const address = `http://${host}/`;
  if (host === "" || /[\s*]/.test(host) || !URL.canParse(address)) return undefined;
  const written = new URL(address);
  const port = /:(\d+)$/.exec(host)?.[1];
  const name = bareHost(written.hostname);
  if (name === "") return undefined;
  return `${wide ? "*." : ""}${name}${port === undefined ? "" : `:${String(Number(port))}`}`;
}

/** The patterns in a text, one a line or separated by commas and blanks; and those that are none. */
export function readSites(text: string): { readonly sites: readonly string[]; readonly wrong: readonly string[] } {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const read = words.map((word) => ({ word, site: readSite(word) }));
  const sites = read.map(({ site }) => site).filter((site) => site !== undefined);
  return { sites: [...new Set(sites)], wrong: read.filter(({ site }) => site === undefined).map(({ word }) => word) };
}

/** A pattern in its parts; `name` is empty for `*`. */
export function partsOf(site: string): { readonly wide: boolean; readonly name: string; readonly port: string | undefined } {
  if (site === "*") return { wide: true, name: "", port: undefined };
  const port = /:(\d+)$/.exec(site)?.[1];
  const whole = port === undefined ? site : site.slice(0, -port.length - 1);
  const wide = whole.startsWith("*.");
  return { wide, name: wide ? whole.slice(2) : whole, port };
}

/** Whether `url` belongs to the site. `*.example.com` is example.com and all that is below it. */
export function matches(site: string, url: URL): boolean {
  const { wide, name, port } = partsOf(site);
  if (name === "") return true;
  const host = bareHost(url.hostname);
  if (host !== name && !(wide && host.endsWith(`.${name}`))) return false;
  return port === undefined || port === (url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port);
}
