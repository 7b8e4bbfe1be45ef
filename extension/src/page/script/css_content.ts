/** Text that a style sheet generates, as far as it can be said in words. */

const TOKEN = /\s*(?:"((?:[^"\\]|\\[^])*)"|attr\(\s*([\w-]+)\s*\)|(\/))/y;
const ESCAPE = /\\(?:([0-9a-f]{1,6})\s?|([^]))/gi;

/** Undefined when there is none, or when it is a picture or a counter. Without `pseudo` only a text that stands for the element. */
export function contentOf(element: Element, pseudo?: "::before" | "::after"): string | undefined {
  const style = getComputedStyle(element, pseudo);
  const { content } = style;
  if (content === "" || content === "none" || content === "normal" || style.display === "none" || style.visibility === "hidden") return undefined;
  const text = spoken(element, content, pseudo !== undefined);
  if (text === undefined || pseudo === undefined) return text;
  return style.display === "inline" || style.display === "" ? text : ` ${text} `;
}

/** What comes after a slash is said instead of what comes before it. */
function spoken(element: Element, content: string, beside: boolean): string | undefined {
  const slash = afterSlash(content);
  if (slash === undefined && !beside) return undefined;
  let text = "";
  let rest = slash ?? content;
  while (rest.trim() !== "") {
    TOKEN.lastIndex = 0;
    const found = TOKEN.exec(rest);
    if (found === null || found[3] !== undefined) return undefined;
    text += found[2] === undefined ? unescaped(found[1] ?? "") : (element.getAttribute(found[2]) ?? "");
    rest = rest.slice(found[0].length);
  }
  return text;
}

function afterSlash(content: string): string | undefined {
  const plain = content.replace(/"(?:[^"\\]|\\[^])*"|\((?:[^()"]|"[^"]*")*\)/g, (quoted) => " ".repeat(quoted.length));
  const at = plain.indexOf("/");
  return at < 0 ? undefined : content.slice(at + 1);
}

function unescaped(text: string): string {
  return text.replace(ESCAPE, (_, hex: string | undefined, char: string | undefined) => (hex === undefined ? (char ?? "") : String.fromCodePoint(Number.parseInt(hex, 16))));
}
