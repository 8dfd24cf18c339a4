import { expect, test } from "vitest";
import { nextPlace, suggestionText } from "./suggest";

test("arrow keys walk from the field through the list and back to the field", () => {
  expect(nextPlace(-1, "ArrowDown", 2)).toBe(0);
  expect(nextPlace(1, "ArrowDown", 2)).toBe(-1);
  expect(nextPlace(-1, "ArrowUp", 2)).toBe(1);
  expect(nextPlace(0, "ArrowUp", 2)).toBe(-1);
  expect(nextPlace(1, "a", 2)).toBe(1);
});

test("a unit is named with its township where it has one", () => {
  expect(suggestionText({ code: "1", name: "东风小区", township: "" })).toBe("东风小区");
  expect(suggestionText({ code: "1", name: "东风小区", township: "城关镇" })).toBe("东风小区 · 城关镇");
});
