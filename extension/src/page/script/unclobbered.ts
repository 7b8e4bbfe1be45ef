/**
 * Reading past the fields of a form: `form.children` is the field of that name, before it is what stands in the form.
 *
 * The build puts `$own()` around whatever the page script reads a property of elements from (`scripts/unclobber.mjs`),
 * in what comes from Playwright, too. Only the wrapped expression sees the view; the form itself is what is handed on.
 * As long as no form has such a field, and that is nearly always, it costs nothing.
 */

const FORM = Symbol("form");

interface View {
  readonly [FORM]: HTMLFormElement;
}

const views = new WeakMap<HTMLFormElement, View>();
let plain: object | undefined;
let clobbered = false;

function own(value: unknown): unknown {
  return clobbered && value instanceof HTMLFormElement ? viewOf(value) : value;
}

/** Has to be told of each tree before it is walked: a form in it may have fields that are not what they seem. */
export function watch(root: Document | ShadowRoot | null | undefined): typeof root {
  if (!clobbered && root instanceof Node) {
    const forms = root instanceof Document ? root.forms : root.querySelectorAll("form");
    if (forms.length > 0) clobbered = fieldsOf(root, forms).some(isMisleading);
  }
  return root;
}

function fieldsOf(root: Document | ShadowRoot, forms: Iterable<HTMLFormElement>): readonly Element[] {
  const images = root instanceof Document ? root.images : root.querySelectorAll("img");
  return [...[...forms].flatMap((form) => [...viewOf(form).elements]), ...images];
}

function isMisleading(field: Element): boolean {
  const { id } = field;
  const name = field.getAttribute("name");
  const natural = nature();
  return (id !== "" && id in natural) || (name !== null && name !== "" && name in natural);
}

function viewOf(form: HTMLFormElement): View & { readonly elements: Iterable<Element> } {
  let view = views.get(form);
  if (view === undefined) {
    view = Object.create(nature(), { [FORM]: { value: form } }) as View;
    views.set(form, view);
  }
  return view as View & { readonly elements: Iterable<Element> };
}

/** All that a form has by its nature. */
function nature(): object {
  if (plain !== undefined) return plain;
  plain = {};
  for (let from: object | null = HTMLFormElement.prototype; from !== null && from !== Object.prototype; from = Object.getPrototypeOf(from) as object | null) {
    for (const [name, facts] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
      if (!Object.hasOwn(plain, name)) Object.defineProperty(plain, name, forwarded(facts));
    }
  }
  return plain;
}

function forwarded(facts: PropertyDescriptor): PropertyDescriptor {
  const { get, value } = facts as { get?: () => unknown; value?: unknown };
  if (get !== undefined) {
    return {
      get(this: View) {
        return get.call(this[FORM]);
      },
    };
  }
  if (typeof value !== "function") return { value };
  return {
    value(this: View, ...args: readonly unknown[]): unknown {
      return value.apply(this[FORM], args) as unknown;
    },
  };
}

// Names that the build writes; nothing of the page can see them.
Object.assign(globalThis, { $own: own, $watch: watch });
