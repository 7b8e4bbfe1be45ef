// Building and keeping elements; what both pages share.

const TONES = {
  connected: "go", reconnecting: "wait", paused: "wait", gone: "",
  queued: "", running: "wait", completed: "go", failed: "stop", cancelled: "",
};
const signatures = new WeakMap();

export const byId = (id) => document.getElementById(id);

/** An element with a class and children; text children are never read as markup. */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Text whose `names` are set as code. */
export function prose(text) {
  return text.split("`").map((part, index) => index % 2 ? make("code", "", part) : part);
}

export function pill(text) {
  return make("span", `pill ${TONES[text] ?? ""}`, text);
}

/** A term and what it says, unless there is nothing to say. */
export function fact(term, ...says) {
  const told = says.filter((part) => part !== null && part !== undefined && part !== "");
  return told.length ? [make("div", "", make("dt", "", term), make("dd", "", ...told))] : [];
}

/** Whether `facts` differ from those that `element` was drawn with last. */
export function changed(element, facts) {
  const signature = JSON.stringify(facts);
  if (signatures.get(element) === signature) return false;
  signatures.set(element, signature);
  return true;
}

/**
 * One child per item, in their order. Children whose item stays are kept and never moved without
 * need: what is focused, selected or unfolded in them remains so.
 */
export function keep(container, items, keyOf, create, update) {
  const wanted = new Set(items.map(keyOf));
  for (const child of [...container.children]) {
    if (!wanted.has(child.dataset.key)) child.remove();
  }
  const kept = new Map([...container.children].map((child) => [child.dataset.key, child]));
  let at = container.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const child = kept.get(key) ?? create(item);
    child.dataset.key = key;
    update(child, item);
    if (child === at) at = at.nextElementSibling;
    else container.insertBefore(child, at);
  }
}

/**
 * A row that unfolds: its head is a button, what `draw` fills is below it. Children of the head
 * are drawn anew while somebody presses the mouse, so they never are its target (see base.css).
 */
export function foldable(className, id, toggle) {
  const head = make("button", "head");
  const fold = make("div", "fold");
  head.type = "button";
  fold.id = `fold-${id}`;
  fold.hidden = true;
  head.setAttribute("aria-controls", fold.id);
  head.setAttribute("aria-expanded", "false");
  head.addEventListener("click", () => toggle(id));
  return make("li", className, head, fold);
}

/** Shows or hides the fold of a `foldable`; the fold when it is open. */
export function unfold(row, open) {
  const [head, fold] = row.children;
  head.setAttribute("aria-expanded", String(open));
  fold.hidden = !open;
  row.classList.toggle("open", open);
  return open ? fold : null;
}
