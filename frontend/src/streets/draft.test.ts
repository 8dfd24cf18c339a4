import { expect, test } from "vitest";
import { boxOf, placeText, withPlace, type Draft } from "./draft";

test("two clicks make a link and a third begins anew", () => {
  let draft: Draft = [];
  draft = withPlace(draft, [1, 2]);
  expect(draft).toEqual([[1, 2]]);
  draft = withPlace(draft, [3, 4]);
  expect(draft).toEqual([[1, 2], [3, 4]]);
  expect(withPlace(draft, [5, 6])).toEqual([[5, 6]]);
});

test("a place is written with six digits", () => {
  expect(placeText([113.02, -34.7098214999])).toBe("113.020000, -34.709821");
});

test("a box is four numbers", () => {
  expect(boxOf("1,2,3,4")).toEqual([1, 2, 3, 4]);
  for (const text of [undefined, "", "1,2,3", "1,2,3,4,5", "1,2,x,4"]) expect(boxOf(text)).toBeNull();
});
