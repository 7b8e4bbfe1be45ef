/** Puts `$own()` around each expression that a property of elements is read from; see src/page/script/unclobbered.ts. */
import ts from "typescript";

/** What a field of a form may be called, and the page script asks elements for. */
const NAMES = new Set(
  `accessKey addEventListener after append assignedSlot attachShadow attributes autocomplete before blur checked checkVisibility childElementCount
  childNodes children classList className click clientHeight clientLeft clientTop clientWidth cloneNode closest compareDocumentPosition
  contains contentEditable dataset dir disabled dispatchEvent draggable elements firstChild firstElementChild focus form getAnimations
  getAttribute getAttributeNames getAttributeNode getBoundingClientRect getClientRects getElementsByTagName getRootNode hasAttribute
  hasAttributes hasChildNodes hidden host href id inert innerHTML innerText insertBefore isConnected isContentEditable labels lang
  lastChild lastElementChild localName matches max min multiple name namespaceURI nextElementSibling nextSibling nodeName nodeType
  nodeValue offsetHeight offsetLeft offsetParent offsetTop offsetWidth open options outerHTML ownerDocument parentElement parentNode
  part placeholder prefix previousElementSibling previousSibling querySelector querySelectorAll readOnly remove removeAttribute
  removeChild removeEventListener required role scrollBy scrollHeight scrollIntoView scrollLeft scrollTo scrollTop scrollWidth
  select selected setAttribute shadowRoot slot src style tabIndex tagName textContent title toggleAttribute type value`.split(/\s+/),
);

const OWN = "$own";
/** Called with each shadow root that is entered. */
const WATCH = "$watch";

/** The source with its readings wrapped. */
export function unclobbered(source) {
  const file = ts.createSourceFile("page-script.js", source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  const insertions = [];
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node) && NAMES.has(node.name.text) && isRead(node)) {
      const isRoot = node.name.text === "shadowRoot" && !ts.isOptionalChain(node);
      if (isRoot) insertions.push([node.getStart(file), `${WATCH}(`]);
      insertions.push([node.expression.getStart(file), `${OWN}(`]);
      // Inside of `a?.b.c`, what is wrapped may be the end of the chain.
      const goesOn = node.questionDotToken === undefined && ts.isOptionalChain(node);
      insertions.push([node.expression.end, goesOn ? ")?" : ")"]);
      if (isRoot) insertions.push([node.end, ")"]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  // Those at one place stay in the order in which they were found: what is outside comes first.
  insertions.sort(([a], [b]) => a - b);
  let made = "";
  let from = 0;
  for (const [at, text] of insertions) {
    made += source.slice(from, at) + text;
    from = at;
  }
  return made + source.slice(from);
}

function isRead(node) {
  const { parent, expression } = node;
  if (expression.kind === ts.SyntaxKind.ThisKeyword || expression.kind === ts.SyntaxKind.SuperKeyword) return false;
  if (ts.isBinaryExpression(parent) && parent.left === node && ts.isAssignmentOperator(parent.operatorToken.kind)) return false;
  return !ts.isPostfixUnaryExpression(parent) && !ts.isPrefixUnaryExpression(parent) || parent.operator === ts.SyntaxKind.ExclamationToken;
}
