/** The selector language of the tools, rewritten into the one that Playwright's engine reads. */

/** Several readings of one selector; the first that finds something counts. */
export function readings(selector: string): readonly string[] {
  const trimmed = selector.trim();
  const parts = split(trimmed, ">>>");
  if (parts.length > 1) return [deep(parts)];
  const text = /^text\s*=\s*([^]+)$/.exec(trimmed)?.[1];
  if (text !== undefined && split(text, ">>").length === 1) return exactly(text.trim());
  return [quoteArguments(trimmed)];
}

/** `text=Save` is the exact text: of an element's own text first, then of all that it shows together. */
function exactly(text: string): readonly string[] {
  if (/^\/.*\/[a-z]*$/.test(text)) return [`text=${text}`];
  const quoted = /^"[^]*"$|^'[^]*'$/.test(text) ? text : JSON.stringify(text);
  const plain = quoted.startsWith("'") ? JSON.stringify(quoted.slice(1, -1)) : quoted;
  return [`text=${plain}`, `internal:text=${plain}s`];
}

/** Open shadow roots are pierced anyway, so the deep combinator is a descendant one. */
function deep(parts: readonly string[]): string {
  const engine = /^(text|xpath|role|id|css|data-testid|internal:\w+)\s*=|^\(*\/\//;
  const separator = parts.some((part) => engine.test(part.trim())) ? " >> " : " ";
  return parts.map((part) => quoteArguments(part.trim())).join(separator);
}

/** Quoted text, brackets and parentheses with what they enclose (two deep), escapes, chains, and anything else. */
const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[(?:"[^"]*"|'[^']*'|[^\]])*\]|\((?:"[^"]*"|'[^']*'|\([^()]*\)|[^()])*\)|\\.|>>>|>>|[^]/g;

/** Cuts at `separator` where it stands outside quotes, brackets and parentheses. */
export function split(selector: string, separator: ">>" | ">>>"): readonly string[] {
  const parts = [""];
  for (const token of selector.match(TOKEN) ?? []) {
    if (token === separator) parts.push("");
    else parts.push((parts.pop() ?? "") + token);
  }
  return parts;
}

/** `:has-text(Save)` may be written without the quotes that the engine wants. */
function quoteArguments(selector: string): string {
  return selector.replace(
    /:(has-text|text|text-is)\(\s*([^"'/)\s](?:[^()]|\([^()]*\))*?)\s*\)/g,
    (_, name: string, text: string) => `:${name}(${JSON.stringify(text)})`,
  );
}
