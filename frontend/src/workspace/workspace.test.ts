import { expect, test } from "vitest";
import { boxAround } from "./bounds";
import { colourPlaces, fullnessColour, PALETTE } from "./colours";
import { afterMove, percentFull } from "./figures";
import { touchingUnits, touchingZones, zonesBeside } from "./neighbours";
import type { Units, Zone } from "./plan";
import { fillColour } from "./style";

// Four unit squares in a row, a-b-c-d, and e above a; e and b share only a corner.
const square = (x: number, y: number): number[][][] => [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]];
const ZONES: Record<string, string> = { a: "1", b: "1", c: "2", d: "3", e: "3" };
const units: Units = {
  type: "FeatureCollection",
  features: [["a", 0, 0], ["b", 1, 0], ["c", 2, 0], ["d", 3, 0], ["e", 0, 1]].map(([code, x, y]) => ({
    type: "Feature",
    properties: { code: String(code), name: String(code), kind: "estate", township: "", zone: ZONES[String(code)] ?? "", schools: [], children: 10 },
    geometry: { type: "Polygon", coordinates: square(Number(x), Number(y)) },
  })),
};
const zoneOf = new Map(Object.entries(ZONES));

test("units touch along a border, not at a corner", () => {
  const touching = touchingUnits(units);
  expect([...(touching.get("a") ?? [])].sort()).toEqual(["b", "e"]);
  expect([...(touching.get("b") ?? [])].sort()).toEqual(["a", "c"]);
  expect(touching.get("d")).toEqual(new Set(["c"]));
});

test("a unit can go to the zones beside it, never to its own", () => {
  const touching = touchingUnits(units);
  expect(zonesBeside("b", touching, zoneOf)).toEqual(["2"]);
  expect(zonesBeside("a", touching, zoneOf)).toEqual(["3"]);
  expect(zonesBeside("unknown", touching, zoneOf)).toEqual([]);
});

test("neighbouring zones never share a colour, whatever the order they come in", () => {
  const touching = touchingZones(touchingUnits(units), zoneOf);
  for (const order of [["1", "2", "3"], ["3", "2", "1"]]) {
    const places = colourPlaces(order, touching);
    expect(places.get("1")).not.toBe(places.get("2"));
    expect(places.get("1")).not.toBe(places.get("3"));
    expect(places.get("2")).not.toBe(places.get("3"));
    expect(Math.max(...places.values())).toBeLessThan(PALETTE.length);
  }
});

test("a zone is marked as overfull from the first child without a seat", () => {
  expect(fullnessColour(100, 100)).not.toBe(fullnessColour(101, 100));
  expect(fullnessColour(5, 0)).toBe("#999999");
  expect(percentFull(1, 8)).toBe("12.5 %");
  expect(percentFull(5, 0)).toBe("–");
});

test("a move takes the children along and says when seats are exceeded", () => {
  const zone = (code: string, children: number, seats: number): Zone => ({ code, name: code, schools: [], children, seats, units: 1, meanWalk: 0 });
  const zones = [zone("1", 50, 60), zone("2", 40, 50)];
  expect(afterMove(zones, "1", "2", 10)).toMatchObject({ from: { children: 40 }, to: { children: 50 }, overfull: false });
  expect(afterMove(zones, "1", "2", 11)?.overfull).toBe(true);
  expect(afterMove(zones, "1", "9", 1)).toBeNull();
});

test("the map's box holds every point, and its colours name every zone", () => {
  expect(boxAround(units.features.map((unit) => unit.geometry))).toEqual([[0, 0], [4, 2]]);
  expect(boxAround([])).toBeNull();
  expect(fillColour(new Map([["1", "#aaa"]]))).toEqual(["match", ["get", "zone"], "1", "#aaa", "#c9c9c1"]);
  expect(fillColour(new Map())).toBe("#c9c9c1");
});
