/**
 * Draws the mark: one signal box, many tracks. Distances decide each pixel, so every size is drawn, none is scaled.
 *
 * `drawIcon(size, palette)` returns the bytes of a PNG.
 */
import { Buffer } from "node:buffer";
import { deflateSync, crc32 } from "node:zlib";

export const COLOURS = {
  top: [17, 94, 89],
  bottom: [12, 42, 66],
  track: [255, 255, 255],
  signal: [251, 191, 36],
};

export const GREYS = {
  top: [156, 163, 175],
  bottom: [107, 114, 128],
  track: [243, 244, 246],
  signal: [209, 213, 219],
};

/** Samples per pixel and axis. */
const FINE = 3;
const CORNER = 0.23;
const BOX = { x: 0.22, y: 0.5, radius: 0.125 };
const ENDS = [0.23, 0.5, 0.77];
const RIGHT = 0.83;

/** Points of a track: level at both ends, as rails leave a switch. */
function track(endY) {
  const points = [];
  for (let step = 0; step <= 24; step += 1) {
    const t = step / 24;
    const s = 1 - t;
    const x = s ** 3 * BOX.x + 3 * s * s * t * 0.47 + 3 * s * t * t * 0.5 + t ** 3 * RIGHT;
    const y = (s ** 3 + 3 * s * s * t) * BOX.y + (3 * s * t * t + t ** 3) * endY;
    points.push([x, y]);
  }
  return points;
}

const TRACKS = ENDS.map(track);

/** Whether a point lies within `half` of the segment; far ones cost two comparisons. */
function touches(x, y, half, [ax, ay], [bx, by]) {
  if (x < ax - half || x > bx + half) return false;
  if (y < Math.min(ay, by) - half || y > Math.max(ay, by) + half) return false;
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return (x - ax - t * (bx - ax)) ** 2 + (y - ay - t * (by - ay)) ** 2 <= half * half;
}

function onTrack(x, y, half) {
  return TRACKS.some((points) => points.some((to, i) => i > 0 && touches(x, y, half, points[i - 1], to)));
}

function insidePlate(x, y) {
  const dx = Math.max(0, Math.abs(x - 0.5) - (0.5 - CORNER));
  const dy = Math.max(0, Math.abs(y - 0.5) - (0.5 - CORNER));
  return Math.hypot(dx, dy) <= CORNER;
}

/** The colour at a point of the unit square; undefined outside the plate. */
function colourAt(x, y, palette, half) {
  if (!insidePlate(x, y)) return undefined;
  const fromBox = Math.hypot(x - BOX.x, y - BOX.y);
  if (fromBox <= BOX.radius) return palette.signal;
  const clear = fromBox >= BOX.radius + half * 0.9;
  if (clear && onTrack(x, y, half)) return palette.track;
  return palette.top.map((channel, i) => channel + (palette.bottom[i] - channel) * y);
}

function pixel(px, py, size, palette, half) {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let i = 0; i < FINE * FINE; i += 1) {
    const x = (px + ((i % FINE) + 0.5) / FINE) / size;
    const y = (py + (Math.floor(i / FINE) + 0.5) / FINE) / size;
    const colour = colourAt(x, y, palette, half);
    if (colour === undefined) continue;
    covered += 1;
    colour.forEach((channel, c) => (sum[c] += channel));
  }
  const alpha = Math.round((255 * covered) / (FINE * FINE));
  return covered === 0 ? [0, 0, 0, 0] : [...sum.map((channel) => Math.round(channel / covered)), alpha];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

export function drawIcon(size, palette) {
  // Small icons need the heavier line: below a pixel and a half it turns into mist.
  const half = Math.max(0.042, 0.8 / size);
  const rows = [];
  for (let y = 0; y < size; y += 1) {
    const row = [0];
    for (let x = 0; x < size; x += 1) row.push(...pixel(x, y, size, palette, half));
    rows.push(Buffer.from(row));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
