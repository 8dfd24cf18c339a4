import { expect, test } from "vitest";
import { nextPlace, ofHit, ofUnit, suggestionText } from "./suggest";

test("arrow keys walk from the field through the list and back to the field", () => {
  expect(nextPlace(-1, "ArrowDown", 2)).toBe(0);
  expect(nextPlace(1, "ArrowDown", 2)).toBe(-1);
  expect(nextPlace(-1, "ArrowUp", 2)).toBe(1);
  expect(nextPlace(0, "ArrowUp", 2)).toBe(-1);
  expect(nextPlace(1, "a", 2)).toBe(1);
});

test("a unit is named with its township where it has one", () => {
  expect(suggestionText(ofUnit({ code: "1", name: "东风小区", township: "" }))).toBe("东风小区");
  expect(suggestionText(ofUnit({ code: "1", name: "东风小区", township: "城关镇" }))).toBe("东风小区 · 城关镇");
});

test("an address is named with the alias it was found by, and keeps its code", () => {
  const hit = ofHit({ code: "E1", address: "锦绣花园", township: "城关镇", called: "老粮站" });
  expect(suggestionText(hit)).toBe("锦绣花园 (老粮站) · 城关镇");
  expect(hit).toMatchObject({ code: "E1", isAddress: true });
});
