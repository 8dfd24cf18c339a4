import { expect, test } from "vitest";
import { stageInWords, text } from "./index";

test("values stand where the text names them, and a missing one is not hidden", () => {
  expect(text("unit_line", { name: "东风小区", children: 3, zone: "一小" })).toBe("东风小区：3 名儿童，属于一小");
  expect(text("units_of")).toContain("{zone}");
});

test("a stage nobody wrote words for is shown as it is", () => {
  expect(stageInWords("improving")).toBe("正在寻找更好的方案");
  expect(stageInWords("something_new")).toBe("something_new");
});
