import { expect, it } from "vitest";
import { inlined } from "../../src/tools/browser_interact/upload";

it("a file that the call carries in itself keeps its name and type", () => {
  expect(inlined("data:text/csv;name=prices%20%C3%BC%3B.csv;base64,bXVn")).toEqual({ name: "prices ü;.csv", mimeType: "text/csv", bytes: "bXVn" });
});
