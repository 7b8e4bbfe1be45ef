/** URLs as people name them: a glob when it has a star, else a part of the URL. */

export function urlTest(wanted: string): (url: string) => boolean {
  if (!wanted.includes("*")) return (url) => url.includes(wanted);
  const pattern = wanted.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  const regex = new RegExp(`^${pattern}$`);
  return (url) => regex.test(url);
}

/** The same in CDP's words, where `?` and `\` would have a meaning of their own. */
export function cdpPattern(wanted: string): string {
  const plain = wanted.replace(/[\\?]/g, "\\$&");
  return wanted.includes("*") ? plain : `*${plain}*`;
}
