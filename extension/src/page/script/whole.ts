/** All that a document shows; one that is no HTML, such as a drawing, has no body. */
export function whole(): Element {
  return document.body instanceof Element ? document.body : document.documentElement;
}
