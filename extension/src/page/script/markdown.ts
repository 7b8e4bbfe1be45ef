/** A page's content as Markdown: what it says, without what it looks like. */
import { chosenIn, ofInput } from "./values.js";

const SKIPPED = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "SVG", "CANVAS", "IFRAME", "OBJECT", "HEAD"]);
const BLOCKS = new Set(
  "ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM HEADER HGROUP HR HTML LI MAIN NAV OL P PRE SECTION SUMMARY TABLE UL".split(" "),
);

export function markdown(root: Element): string {
  return tidy(block(root, 0));
}

function tidy(text: string): string {
  return text.replace(/[ \t]+\n/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

function block(element: Element, depth: number): string {
  const heading = /^H([1-6])$/.exec(element.tagName)?.[1];
  if (heading !== undefined) return `\n\n${"#".repeat(Number(heading))} ${inline(element)}\n\n`;
  switch (element.tagName) {
    case "HR":
      return "\n\n---\n\n";
    case "PRE":
      return `\n\n${preformatted(element)}\n\n`;
    case "BLOCKQUOTE":
      return `\n\n${tidy(children(element, depth)).replace(/^/gm, "> ")}\n\n`;
    case "UL":
    case "OL":
      return list(element, depth);
    case "TABLE":
      return table(element as HTMLTableElement);
    case "DT":
      return `\n\n**${inline(element)}**\n`;
    default:
      return `\n\n${children(element, depth)}\n\n`;
  }
}

/** Text and inline elements run together; blocks stand apart. */
function children(element: Element, depth: number): string {
  let text = "";
  const append = (part: string): void => {
    text += text === "" || text.endsWith("\n") ? part.trimStart() : part;
  };
  for (const node of composed(element)) {
    if (node.nodeType === Node.TEXT_NODE) append((node.nodeValue ?? "").replace(/\s+/g, " "));
    else if (!(node instanceof Element) || !isShown(node)) continue;
    else if (isBlock(node)) text = text.replace(/ +$/, "") + block(node, depth);
    else append(span(node));
  }
  return text;
}

/** Fenced in by more backticks than there are in it. */
function preformatted(element: Element): string {
  const text = element.textContent.replace(/\n$/, "");
  const language = /(?:^|\s)lang(?:uage)?-([\w+#-]+)/.exec((element.querySelector("code") ?? element).className)?.[1] ?? "";
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** What is shown of it, in its own tree and in what that gives a place to. */
export function composed(element: Element): readonly Node[] {
  if (element instanceof HTMLDetailsElement && !element.open) return [...element.children].filter(({ tagName }) => tagName === "SUMMARY");
  if (element.shadowRoot !== null) return [...element.shadowRoot.childNodes];
  if (element instanceof HTMLSlotElement && element.assignedNodes().length > 0) return element.assignedNodes();
  return [...element.childNodes];
}

export function isShown(element: Element): boolean {
  if (SKIPPED.has(element.tagName.toUpperCase())) return false;
  return element.checkVisibility({ visibilityProperty: true }) || getComputedStyle(element).display === "contents";
}

function isBlock(element: Element): boolean {
  if (BLOCKS.has(element.tagName) || /^H[1-6]$/.test(element.tagName)) return true;
  if (element.shadowRoot !== null) return true;
  return [...element.children].some((child) => BLOCKS.has(child.tagName) || /^H[1-6]$/.test(child.tagName));
}

function inline(element: Element): string {
  let text = "";
  for (const node of composed(element)) {
    if (node.nodeType === Node.TEXT_NODE) text += node.nodeValue ?? "";
    else if (node instanceof Element && isShown(node)) text += isBlock(node) ? ` ${span(node)} ` : span(node);
  }
  return text.replace(/\s+/g, " ").trim();
}

const MARKS: Readonly<Record<string, string>> = {
  STRONG: "**", B: "**", EM: "*", I: "*", KBD: "`", DEL: "~~", S: "~~",
};

function span(element: Element): string {
  switch (element.tagName) {
    case "BR":
      return "\n";
    case "A":
      return link(element as HTMLAnchorElement, padded(element, inline(element)));
    case "IMG":
      return image(element as HTMLImageElement);
    case "INPUT":
      return field(element as HTMLInputElement);
    case "TEXTAREA":
      return ` ${(element as HTMLTextAreaElement).value} `;
    case "SELECT":
      return ` ${chosenIn(element as HTMLSelectElement)} `;
    case "BUTTON":
      return ` ${inline(element)} `;
    case "CODE":
      return code(padded(element, inline(element)));
    default:
      return marked(padded(element, inline(element)), MARKS[element.tagName] ?? "");
  }
}

function image({ alt, src }: HTMLImageElement): string {
  return alt === "" ? "" : `![${alt}](${src.startsWith("data:") ? "" : src})`;
}

/** Words of neighbouring inline elements must not run together where the source has space. */
function padded(element: Element, text: string): string {
  const raw = element.textContent;
  return (/^\s/.test(raw) ? " " : "") + text + (/\s$/.test(raw) ? " " : "");
}

function code(text: string): string {
  return text.includes("`") ? marked(text, "``") : marked(text, "`");
}

function marked(text: string, mark: string): string {
  const bare = text.trim();
  return bare === "" ? text : text.replace(bare, () => mark + bare + mark);
}

function link(anchor: HTMLAnchorElement, text: string): string {
  const bare = text.trim();
  if (bare === "") return "";
  if (!anchor.hasAttribute("href") || anchor.href.startsWith("javascript:")) return text;
  return text.replace(bare, () => `[${bare}](${anchor.href})`);
}

function field(input: HTMLInputElement): string {
  if (input.type === "checkbox" || input.type === "radio") return input.checked ? "[x] " : "[ ] ";
  return input.type === "hidden" || input.type === "password" ? "" : ` ${ofInput(input) ?? ""} `;
}

function list(element: Element, depth: number): string {
  const ordered = element.tagName === "OL";
  let number = ordered ? (element as HTMLOListElement).start : 0;
  const items: string[] = [];
  for (const item of element.children) {
    if (!isShown(item)) continue;
    if (item instanceof HTMLLIElement && item.hasAttribute("value")) number = item.value;
    const mark = ordered ? `${String(number++)}. ` : "- ";
    const [first = "", ...rest] = tidy(children(item, depth + 1)).split("\n");
    items.push([mark + first, ...rest.filter((line) => line !== "").map((line) => " ".repeat(mark.length) + line)].join("\n"));
  }
  return `\n\n${items.join("\n")}\n\n`;
}

function table(element: HTMLTableElement): string {
  const rows = [...element.rows].filter(isShown).map((row) => [...row.cells].map((cell) => inline(cell).replace(/\|/g, "\\|")));
  const [head, ...body] = rows;
  if (head === undefined) return "";
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const caption = element.caption === null ? "" : `${inline(element.caption)}\n\n`;
  return `\n\n${caption}${[line(head), line(head.map(() => "---")), ...body.map(line)].join("\n")}\n\n`;
}
