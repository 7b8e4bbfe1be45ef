/** Pictures larger than the browser draws at once: taken in strips and put together. */
import type { Box } from "./script/actionable.js";

/** The longest edge that the graphics side of the browser can hold, in device pixels. */
export const DRAWN_PX = 16_384;
/** The longest edge that a canvas and a JPEG may have. */
const LONGEST_PX = 65_535;
/** A WebP may not have more. */
export const WEBP_PX = 16_383;
/** More would not fit into the memory of a worker. */
const MOST_AREA_PX = 160_000_000;

/** The part of `clip` that a picture can show. */
export function fitting(clip: Box, ratio: number): Box {
  const width = Math.min(clip.width, Math.floor(DRAWN_PX / ratio));
  const height = Math.min(clip.height, Math.floor(LONGEST_PX / ratio), Math.floor(MOST_AREA_PX / (width * ratio * ratio)));
  return { ...clip, width, height };
}

/** The strips of `clip` from top to bottom, each one that the browser draws at once. */
export function strips(clip: Box, ratio: number): readonly Box[] {
  const most = Math.floor(DRAWN_PX / 2 / ratio);
  const found: Box[] = [];
  for (let y = 0; y < clip.height; y += most) {
    found.push({ ...clip, y: clip.y + y, height: Math.min(most, clip.height - y) });
  }
  return found;
}

/** One picture of PNGs below each other, as base64. */
export async function stitched(pngs: readonly string[], type: string, quality: number | undefined): Promise<string> {
  const bitmaps = await Promise.all(pngs.map(async (png) => createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob())));
  const height = bitmaps.reduce((sum, bitmap) => sum + bitmap.height, 0);
  const canvas = new OffscreenCanvas(bitmaps[0]?.width ?? 1, height);
  const context = canvas.getContext("2d");
  let y = 0;
  for (const bitmap of bitmaps) {
    context?.drawImage(bitmap, 0, y);
    y += bitmap.height;
    bitmap.close();
  }
  const blob = await canvas.convertToBlob(quality === undefined ? { type } : { type, quality: quality / 100 });
  return base64(new Uint8Array(await blob.arrayBuffer()));
}

const CHUNK = 0x8000;

function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  return btoa(parts.join(""));
}
