import { expect, it } from "vitest";
import { pagesOf } from "../../src/page/print";

it("counts the pages of a PDF, and not the lists of them", () => {
  const pdf = "%PDF-1.4\n1 0 obj <</Type /Pages /Kids [2 0 R 3 0 R]>>\n2 0 obj <</Type /Page>>\n3 0 obj <</Type/Page /A 1>>\n4 0 obj <</Type /PageLabel>>";
  expect(pagesOf(new TextEncoder().encode(pdf))).toBe(2);
});
