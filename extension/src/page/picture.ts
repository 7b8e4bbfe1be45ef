/** Pictures of a page, with the size that they really have. */
import type { Protocol } from "devtools-protocol";
import { ToolFailure } from "../failure.js";
import { ask, type Spot } from "./asking.js";
import type { Deadline } from "./deadline.js";
import { boxOutward } from "./pointing.js";
import type { Box } from "./script/actionable.js";
import { DRAWN_PX, fitting, stitched, strips, WEBP_PX } from "./stitching.js";
import type { Tab } from "./tab.js";

export type PictureFormat = "png" | "jpeg" | "webp";

export interface Picture {
  /** Base64. */
  readonly data: string;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
}

export interface PictureOptions {
  readonly format: PictureFormat;
  readonly quality: number | undefined;
}

export function viewport(tab: Tab, options: PictureOptions, deadline: Deadline): Promise<Picture> {
  return capture(tab, options, {}, deadline);
}

export async function fullPage(tab: Tab, options: PictureOptions, deadline: Deadline): Promise<Picture> {
  const { cssContentSize } = await deadline.race(tab.session.send("Page.getLayoutMetrics"));
  const clip = { x: 0, y: 0, width: Math.ceil(cssContentSize.width), height: Math.ceil(cssContentSize.height) };
  return part(tab, options, clip, deadline);
}

/** A part of the page, in CSS pixels from the page's top left. */
export async function part(tab: Tab, options: PictureOptions, clip: Box, deadline: Deadline): Promise<Picture> {
  const ratio = clip.height > DRAWN_PX / MOST_RATIO ? await deadline.race(tab.frames.main.call("pixel_ratio", null)) : 1;
  const shown = fitting(clip, ratio);
  if (shown.height * ratio > DRAWN_PX) return inStrips(tab, options, shown, ratio, deadline);
  return capture(tab, options, { clip: { ...shown, scale: 1 }, captureBeyondViewport: true }, deadline);
}

/** No screen has more device pixels for one of CSS. */
const MOST_RATIO = 4;

async function inStrips(tab: Tab, { format, quality }: PictureOptions, clip: Box, ratio: number, deadline: Deadline): Promise<Picture> {
  const png: PictureOptions = { format: "png", quality: undefined };
  const taken: string[] = [];
  for (const strip of strips(clip, ratio)) {
    deadline.check();
    taken.push((await capture(tab, png, { clip: { ...strip, scale: 1 }, captureBeyondViewport: true }, deadline)).data);
  }
  // A picture that its format can't hold comes in one that can, and says so.
  const kind = format === "webp" && clip.height * ratio > WEBP_PX ? "png" : format;
  const data = await deadline.race(stitched(taken, `image/${kind}`, quality));
  return { data, format: kind, ...sizeOf(data, kind) };
}

/** Waits until the element is visible and still, and takes its box. */
export async function element(tab: Tab, spot: Spot, options: PictureOptions, deadline: Deadline): Promise<Picture> {
  const { frame, value } = await ask(tab, spot, "region", {}, deadline);
  const box = await boxOutward(frame, value.box, deadline);
  const { cssVisualViewport } = await deadline.race(tab.session.send("Page.getLayoutMetrics"));
  const x = Math.floor(box.x + cssVisualViewport.pageX);
  const y = Math.floor(box.y + cssVisualViewport.pageY);
  const width = Math.ceil(box.x + cssVisualViewport.pageX + box.width) - x;
  const height = Math.ceil(box.y + cssVisualViewport.pageY + box.height) - y;
  return part(tab, options, { x, y, width: Math.max(1, width), height: Math.max(1, height) }, deadline);
}

async function capture(tab: Tab, options: PictureOptions, more: Protocol.Page.CaptureScreenshotRequest, deadline: Deadline): Promise<Picture> {
  const { format, quality } = options;
  const { data } = await deadline.race(
    tab.session.send("Page.captureScreenshot", {
      format,
      ...(quality === undefined || format === "png" ? {} : { quality }),
      optimizeForSpeed: true,
      ...more,
    }),
  );
  if (data === "") throw new ToolFailure("INTERNAL", "the browser gave an empty picture");
  return { data, format, ...sizeOf(data, format) };
}

/** Width and height as the picture's own header says. */
export function sizeOf(base64: string, format: PictureFormat): { width: number; height: number } {
  // A JPEG's size comes after its tables; the first 64 KB hold it unless a large profile comes first.
  const bytes = Uint8Array.from(atob(base64.slice(0, 87_380)), (char) => char.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  switch (format) {
    case "png":
      return { width: view.getUint32(16), height: view.getUint32(20) };
    case "jpeg":
      return jpegSize(view);
    case "webp":
      return webpSize(view);
    default:
      return format satisfies never;
  }
}

function jpegSize(view: DataView): { width: number; height: number } {
  for (let at = 2; at + 9 < view.byteLength; ) {
    const marker = view.getUint16(at);
    // Start of frame, whatever the coding; C4, C8 and CC are tables.
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw new ToolFailure("INTERNAL", "the picture has no size");
}

function webpSize(view: DataView): { width: number; height: number } {
  const kind = String.fromCharCode(view.getUint8(12), view.getUint8(13), view.getUint8(14), view.getUint8(15));
  if (kind === "VP8X") {
    const three = (at: number): number => 1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
    return { width: three(24), height: three(27) };
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}
