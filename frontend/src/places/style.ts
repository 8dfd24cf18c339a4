// How places are drawn: colours that differ in lightness too, and lines and marks that differ without colour.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { BaseMap } from "../workspace/plan";
import type { DrawnLayer, Role } from "./data";

interface Look {
  colour: string;
  opacity: number; // of areas
  width: number; // of lines
  dash?: number[];
}

export const LOOKS: Record<Role, Look> = {
  ground: { colour: "#8f9a94", opacity: 0.25, width: 0.8 },
  known: { colour: "#17603a", opacity: 0.15, width: 2 },
  before: { colour: "#a5201a", opacity: 0.12, width: 2, dash: [3, 2] },
  after: { colour: "#0a5a78", opacity: 0.3, width: 2.4 },
  wrong: { colour: "#a5201a", opacity: 0.15, width: 2, dash: [3, 2] },
  likely: { colour: "#0a5a78", opacity: 0.3, width: 2.4 },
  findings: { colour: "#a5201a", opacity: 0.5, width: 3 },
};

export const SEVERITY_COLOURS = { severe: "#a5201a", warning: "#b97700", note: "#3d5a80" } as const;

const INK = "#1c2b2f";
const ARE_POINTS: ExpressionSpecification = ["==", ["geometry-type"], "Point"];

/** Return the colour of a layer's shapes: that of the role, or, for findings, of the weight. */
export function colourOf(role: Role): string | ExpressionSpecification {
  if (role !== "findings") return LOOKS[role].colour;
  const { severe, warning, note } = SEVERITY_COLOURS;
  return ["match", ["get", "severity"], "severe", severe, "warning", warning, "note", note, severe];
}

/** Return the three map layers of one layer of the page: areas, lines and points. */
export function mapLayers(layer: DrawnLayer, place: number): LayerSpecification[] {
  const look = LOOKS[layer.role];
  const source = sourceName(place);
  const layout = { visibility: layer.shown ? ("visible" as const) : ("none" as const) };
  const chosen: ExpressionSpecification = ["boolean", ["feature-state", "chosen"], false];
  return [
    {
      id: `${source}-areas`,
      type: "fill",
      source,
      layout,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": colourOf(layer.role), "fill-opacity": ["case", chosen, Math.min(0.75, look.opacity + 0.25), look.opacity] },
    },
    {
      id: `${source}-lines`,
      type: "line",
      source,
      layout: { ...layout, "line-join": "round" },
      filter: ["!=", ["geometry-type"], "Point"],
      paint: {
        "line-color": colourOf(layer.role),
        "line-width": ["case", chosen, look.width + 3, look.width],
        ...(look.dash ? { "line-dasharray": look.dash } : {}),
      },
    },
    {
      id: `${source}-points`,
      type: "circle",
      source,
      layout,
      filter: ARE_POINTS,
      paint: {
        "circle-color": colourOf(layer.role),
        "circle-radius": ["case", chosen, 11, layer.role === "ground" ? 2.5 : 6],
        "circle-stroke-color": ["case", chosen, INK, "#ffffff"],
        "circle-stroke-width": ["case", chosen, 3, 1],
      },
    },
  ];
}

export function sourceName(place: number): string {
  return `places-${place}`;
}

export function placesStyle(layers: readonly DrawnLayer[], base: BaseMap): StyleSpecification {
  const sources = layers.map((layer, place) => [
    sourceName(place),
    { type: "geojson" as const, data: layer.features, promoteId: "key" },
  ]);
  return {
    version: 8,
    sources: { base: { type: "geojson", data: base }, ...Object.fromEntries(sources) },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#eef1ea" } },
      { id: "base", type: "line", source: "base", paint: { "line-color": "#b9bbb2", "line-width": 1 } },
      ...layers.flatMap(mapLayers),
    ],
  };
}
