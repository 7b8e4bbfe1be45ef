/** Areas of image maps: they have no box of their own, and are where their map's picture is. */
import type { Box } from "./actionable.js";

/** The picture that shows the area, if `element` is one and a picture does. */
export function pictureOf(element: Element): HTMLImageElement | undefined {
  if (!(element instanceof HTMLAreaElement)) return undefined;
  const map = element.closest("map");
  const root = element.getRootNode() as Document | ShadowRoot;
  const names = [map?.name, map?.id].filter((name) => name !== undefined && name !== "");
  return [...root.querySelectorAll<HTMLImageElement>("img[usemap]")].find(({ useMap }) => names.some((name) => useMap === `#${name ?? ""}`));
}

/** What is shown of an element: itself, or the picture that it is an area of. */
export function shownAs(element: Element): Element {
  return pictureOf(element) ?? element;
}

/** The box around the area in the viewport; undefined for all other elements. */
export function areaBox(element: Element): DOMRect | undefined {
  const picture = pictureOf(element);
  if (picture === undefined) return undefined;
  const content = contentOf(picture);
  const { left, top, right, bottom } = spanOf(element as HTMLAreaElement, content);
  return new DOMRect(content.x + left * content.scaleX, content.y + top * content.scaleY, (right - left) * content.scaleX, (bottom - top) * content.scaleY);
}

interface Content extends Box {
  readonly scaleX: number;
  readonly scaleY: number;
}

/** Where the picture itself is, without border and padding; coordinates count in its CSS pixels. */
function contentOf(picture: HTMLImageElement): Content {
  const rect = picture.getBoundingClientRect();
  const style = getComputedStyle(picture);
  const scaleX = picture.offsetWidth > 0 ? rect.width / picture.offsetWidth : 1;
  const scaleY = picture.offsetHeight > 0 ? rect.height / picture.offsetHeight : 1;
  const length = (text: string): number => Number.parseFloat(text) || 0;
  const [left, top] = [picture.clientLeft + length(style.paddingLeft), picture.clientTop + length(style.paddingTop)];
  return {
    x: rect.x + left * scaleX,
    y: rect.y + top * scaleY,
    width: picture.clientWidth - length(style.paddingLeft) - length(style.paddingRight),
    height: picture.clientHeight - length(style.paddingTop) - length(style.paddingBottom),
    scaleX,
    scaleY,
  };
}

interface Span {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function spanOf(area: HTMLAreaElement, { width, height }: Box): Span {
  const numbers = numbersOf(area);
  const [x = 0, y = 0, radius = 0] = numbers;
  switch (shapeOf(area)) {
    case "default":
      return { left: 0, top: 0, right: width, bottom: height };
    case "circle":
      return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
    default:
      return around(numbers.filter((_, at) => at % 2 === 0), numbers.filter((_, at) => at % 2 === 1));
  }
}

function around(across: readonly number[], down: readonly number[]): Span {
  return { left: Math.min(...across), top: Math.min(...down), right: Math.max(...across), bottom: Math.max(...down) };
}

function shapeOf({ shape }: HTMLAreaElement): "default" | "circle" | "poly" | "rect" {
  const [word = ""] = /^(default|circ|poly)/i.exec(shape) ?? [];
  return word === "" ? "rect" : ({ default: "default", circ: "circle", poly: "poly" } as const)[word.toLowerCase() as "default" | "circ" | "poly"];
}

function numbersOf({ coords }: HTMLAreaElement): readonly number[] {
  return coords.split(/[\s,;]+/).filter((word) => word !== "").map(Number);
}

/** Whether the area gets a click there: the first of its map that holds the point does. */
export function isAreaAt(area: Element, point: { readonly x: number; readonly y: number }): boolean {
  const picture = pictureOf(area);
  if (picture === undefined) return false;
  const content = contentOf(picture);
  const [x, y] = [(point.x - content.x) / content.scaleX, (point.y - content.y) / content.scaleY];
  return [...(area.closest("map")?.areas ?? [])].find((one) => holds(one as HTMLAreaElement, content, x, y)) === area;
}

function holds(area: HTMLAreaElement, content: Box, x: number, y: number): boolean {
  const { left, top, right, bottom } = spanOf(area, content);
  if (x < left || x > right || y < top || y > bottom) return false;
  const numbers = numbersOf(area);
  if (shapeOf(area) === "circle") return Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2) <= (right - left) / 2;
  return shapeOf(area) !== "poly" || isInside(numbers, x, y);
}

/** By how many edges a ray to the right crosses. */
function isInside(corners: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0; at + 1 < corners.length; at += 2) {
    const [x1 = 0, y1 = 0, x2 = corners[0] ?? 0, y2 = corners[1] ?? 0] = corners.slice(at, at + 4);
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
