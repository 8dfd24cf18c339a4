// How the map is drawn: our own shapes only, no tiles, no glyphs, nothing from outside.
import type { CircleLayerSpecification, ExpressionSpecification, StyleSpecification } from "maplibre-gl";
import type { BaseMap, Outlines, Units } from "./plan";

type CirclePaint = NonNullable<CircleLayerSpecification["paint"]>;
export type Paint = "zones" | "fullness";

const INK = "#1c2b2f";
const ZONE = "#d5e6da";
const CHOSEN = "#b3261e";
const IS_POINT: ExpressionSpecification = ["in", ["geometry-type"], ["literal", ["Point", "MultiPoint"]]];
const HAS_AREA: ExpressionSpecification = ["!", IS_POINT];

/** Return an expression that gives each zone its colour; zones it does not know are grey. */
export function fillColour(colours: ReadonlyMap<string, string>): ExpressionSpecification | string {
  if (colours.size === 0) return "#c9c9c1";
  const pairs = [...colours].flat();
  return ["match", ["get", "zone"], ...pairs, "#c9c9c1"] as unknown as ExpressionSpecification;
}

export function mapStyle(
  units: Units,
  outlines: Outlines,
  base: BaseMap,
  colours: ReadonlyMap<string, string>,
): StyleSpecification {
  const selected: ExpressionSpecification = ["boolean", ["feature-state", "selected"], false];
  const marked: ExpressionSpecification = ["boolean", ["feature-state", "marked"], false];
  const pointed: ExpressionSpecification = ["boolean", ["feature-state", "pointed"], false];
  return {
    version: 8,
    sources: {
      units: { type: "geojson", data: units, promoteId: "code" },
      outlines: { type: "geojson", data: outlines, promoteId: "code" },
      base: { type: "geojson", data: base },
    },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#eef1ea" } },
      { id: "zone-fill", type: "fill", source: "outlines", filter: HAS_AREA, paint: { "fill-color": ZONE } }, // seen where no units cover it
      {
        id: "units",
        type: "fill",
        source: "units",
        filter: HAS_AREA,
        paint: { "fill-color": fillColour(colours), "fill-opacity": ["case", pointed, 0.72, 1] },
      },
      points("zone-points", "outlines", { "circle-color": ZONE, "circle-stroke-color": INK, "circle-stroke-width": 1.5 }),
      points("unit-points", "units", {
        "circle-color": fillColour(colours),
        "circle-stroke-color": ["case", selected, CHOSEN, INK],
        "circle-stroke-width": ["case", ["any", selected, marked], 4, 0.5],
      }),
      line("unit-lines", "units", "#ffffff", 0.7, HAS_AREA),
      line("rivers", "base", "#4f8fb8", 3.5, ["==", ["get", "kind"], "river"]),
      line("streets", "base", "#8d8d86", 0.6, ["==", ["get", "kind"], "street"]),
      line("main-roads", "base", "#6b5f55", 2, ["==", ["get", "kind"], "main_road"]),
      line("zone-lines", "outlines", INK, 2.2, HAS_AREA),
      {
        id: "marked",
        type: "line",
        source: "units",
        paint: { "line-color": INK, "line-dasharray": [2, 1], "line-width": ["case", marked, 4, 0] },
      },
      {
        id: "chosen",
        type: "line",
        source: "units",
        paint: { "line-color": CHOSEN, "line-width": ["case", selected, 4, 0] },
      },
    ],
  };
}

function points(id: string, source: string, paint: CirclePaint): StyleSpecification["layers"][number] {
  const radius: ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 8, 2.5, 13, 7];
  return { id, type: "circle", source, filter: IS_POINT, paint: { "circle-radius": radius, ...paint } };
}

function line(
  id: string,
  source: string,
  colour: string,
  width: number,
  filter?: ExpressionSpecification,
): StyleSpecification["layers"][number] {
  return {
    id,
    type: "line",
    source,
    ...(filter ? { filter } : {}),
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": colour, "line-width": width },
  };
}
