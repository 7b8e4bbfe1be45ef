import { describe, expect, it } from "vitest";
import { sizeOf } from "../../src/page/picture";

const base64 = (...bytes: number[]): string => btoa(String.fromCharCode(...bytes));
const ascii = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));

describe("the size of a picture", () => {
  it("stands in a PNG's first chunk", () => {
    const png = base64(137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, ...ascii("IHDR"), 0, 0, 5, 0, 0, 0, 2, 208, 8, 6);
    expect(sizeOf(png, "png")).toEqual({ width: 1280, height: 720 });
  });

  it("comes after a JPEG's tables", () => {
    const table = [0xff, 0xdb, 0, 4, 1, 2];
    const huffman = [0xff, 0xc4, 0, 3, 9];
    const jpeg = base64(0xff, 0xd8, ...table, ...huffman, 0xff, 0xc0, 0, 11, 8, 2, 208, 5, 0, 1, 0, 0, 0);
    expect(sizeOf(jpeg, "jpeg")).toEqual({ width: 1280, height: 720 });
  });

  it("is told by each of the three kinds of WebP", () => {
    const riff = [...ascii("RIFF"), 0, 0, 0, 0, ...ascii("WEBP")];
    const lossy = base64(...riff, ...ascii("VP8 "), 0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0, 5, 208, 2);
    const lossless = base64(...riff, ...ascii("VP8L"), 0, 0, 0, 0, 0x2f, 0xff, 0xc4, 0xb3, 0x00);
    const extended = base64(...riff, ...ascii("VP8X"), 10, 0, 0, 0, 0, 0, 0, 0, 255, 4, 0, 207, 2, 0);
    expect(sizeOf(lossy, "webp")).toEqual({ width: 1280, height: 720 });
    expect(sizeOf(lossless, "webp")).toEqual({ width: 1280, height: 720 });
    expect(sizeOf(extended, "webp")).toEqual({ width: 1280, height: 720 });
  });
});
