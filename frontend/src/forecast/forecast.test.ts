import { expect, test } from "vitest";
import { chartOption, COLOURS, type ChartData } from "./options";
import { HEAT, heatStep, mostFirst } from "./steps";

const words = { title: "T", came: "came", medium: "medium", band: "band", seats: "seats", children: "children" };
const data: ChartData = {
  past: [{ year: 2026, actual: 40 }, { year: 2025, actual: 38 }],
  years: [
    { year: 2027, low: 35, medium: 41, high: 50, seats: 45 },
    { year: 2028, low: 30, medium: 42, high: 55, seats: 45 },
  ],
};
type Series = { name?: string; data: (number | null)[]; stack?: string };

test("past and projected years stand on one axis, oldest first, and no line has figures of the other's years", () => {
  const option = chartOption(data, words);
  expect((option["xAxis"] as { data: string[] }).data).toEqual(["2025", "2026", "2027", "2028"]);
  const series = option["series"] as Series[];
  expect(series.find((one) => one.name === "came")?.data).toEqual([38, 40, null, null]);
  expect(series.find((one) => one.name === "medium")?.data).toEqual([null, null, 41, 42]);
});

test("the band is stacked from low to high", () => {
  const stacked = (chartOption(data, words)["series"] as Series[]).filter((one) => one.stack === "band");
  expect(stacked.map((one) => one.data)).toEqual([[null, null, 35, 30], [null, null, 15, 25]]);
});

test("without a band none is drawn or named", () => {
  const bare = { past: [], years: data.years.map((one) => ({ ...one, low: null, high: null })) };
  const option = chartOption(bare, words);
  expect((option["legend"] as { data: string[] }).data).toEqual(["medium", "seats"]);
  expect((option["series"] as Series[]).map((one) => one.name)).toEqual(["medium", "seats"]);
});

test("a reader hears every year with its band and seats", () => {
  const said = (chartOption(data, words)["aria"] as { label: { description: string } }).label.description;
  expect(said).toContain("2027: 41 (35–50) / 45");
  expect(COLOURS.medium).not.toBe(COLOURS.seats);
});

test("a colour begins one child above the limit of the one before", () => {
  const steps = [0, 5, 10, 20, 40, 80];
  expect([0, 1, 5, 6, 80, 81].map((count) => heatStep(count, steps))).toEqual([0, 1, 1, 2, 5, 6]);
  expect(HEAT).toHaveLength(steps.length + 1);
});

test("the list has most entrants first, ties by code, and leaves out what lies in no unit", () => {
  const names = new Map([["a", "A"], ["b", "B"], ["c", "C"]]);
  expect(mostFirst({ b: 3, a: 3, c: 9, "": 7 }, names)).toEqual([["c", "C", 9], ["a", "A", 3], ["b", "B", 3]]);
});
