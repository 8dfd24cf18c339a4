import { expect, test } from "vitest";
import { firstView, placesOf, type DrawnLayer, type Role } from "./data";
import { colourOf, LOOKS, placesStyle } from "./style";
import { NO_FEATURES, type BaseMap } from "../workspace/plan";

const layer = (role: Role, keys: string[], shown = true): DrawnLayer => ({
  role,
  label: role,
  shown,
  features: {
    type: "FeatureCollection",
    features: keys.map((key, at) => ({
      type: "Feature",
      properties: { key },
      geometry: { type: "Point", coordinates: [at, at] },
    })),
  },
});
const keysOf = (places: ReturnType<typeof firstView>): (string | undefined)[] => places.map((one) => one.properties.key);

test("the map starts at the findings, and at the ground where there is one or none", () => {
  expect(keysOf(firstView([layer("ground", ["g"]), layer("findings", ["1", "2"])]))).toEqual(["1", "2"]);
  expect(keysOf(firstView([layer("ground", ["g"]), layer("findings", ["1"])]))).toEqual(["g"]);
  expect(keysOf(firstView([layer("findings", ["1"])]))).toEqual(["1"]);
  expect(keysOf(firstView([layer("ground", ["g"]), layer("findings", [])]))).toEqual(["g"]);
});

test("a layer that is hidden at the start does not decide where the map starts", () => {
  expect(keysOf(firstView([layer("ground", ["g"]), layer("wrong", ["w"], false), layer("likely", ["l"])]))).toEqual(["l"]);
});

test("a row's shapes are found in every layer", () => {
  const layers = [layer("before", ["7", "8"]), layer("after", ["8"])];
  expect(placesOf(layers, "8")).toHaveLength(2);
  expect(placesOf(layers, "9")).toHaveLength(0);
});

test("before and after differ without colour", () => {
  expect(LOOKS.before.dash).toBeDefined();
  expect(LOOKS.after.dash).toBeUndefined();
});

test("findings are coloured by weight, other layers by role", () => {
  expect(colourOf("after")).toBe("#0a5a78");
  expect(colourOf("findings")).toContain("warning");
});

test("a hidden layer is in the style, but not visible", () => {
  const style = placesStyle([layer("after", ["1"], false)], NO_FEATURES as BaseMap);
  const areas = style.layers.find((one) => one.id === "places-0-areas");
  expect(areas?.layout).toMatchObject({ visibility: "none" });
});
