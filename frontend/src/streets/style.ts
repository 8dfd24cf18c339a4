// How the officers' street map is drawn: our own lines only.
import type { FeatureCollection, LineString, MultiLineString } from "geojson";
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";

export interface StreetProperties {
  edge: string; // names the stretch to the server; empty for edits
  name: string;
  metres: number;
  state: "main" | "open" | "island" | "closed" | "link";
}
export type Streets = FeatureCollection<LineString | MultiLineString, StreetProperties>;

export const NO_STREETS: Streets = { type: "FeatureCollection", features: [] };
const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

const LINES: readonly [StreetProperties["state"], string, number, number[]?][] = [
  ["open", "#8d8d86", 1.6],
  ["main", "#6b5f55", 3],
  ["island", "#b45309", 3.5],
  ["closed", "#b3261e", 3.5, [2, 1.2]],
  ["link", "#0b5351", 3.5, [1, 1]],
];

export function streetStyle(): StyleSpecification {
  return {
    version: 8,
    sources: {
      streets: { type: "geojson", data: NO_STREETS },
      chosen: { type: "geojson", data: NO_STREETS },
      draft: { type: "geojson", data: NOTHING },
    },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#eef1ea" } },
      { id: "chosen", type: "line", source: "chosen", paint: { "line-color": "#ffd23f", "line-width": 10 } },
      ...LINES.map(([state, colour, width, dash]): LayerSpecification => ({
        id: `streets-${state}`,
        type: "line",
        source: "streets",
        filter: ["==", ["get", "state"], state],
        layout: { "line-join": "round", "line-cap": dash ? "butt" : "round" },
        paint: { "line-color": colour, "line-width": width, ...(dash ? { "line-dasharray": dash } : {}) },
      })),
      { id: "draft-line", type: "line", source: "draft", paint: { "line-color": "#0b5351", "line-width": 3 } },
      {
        id: "draft-ends",
        type: "circle",
        source: "draft",
        paint: { "circle-radius": 6, "circle-color": "#ffffff", "circle-stroke-color": "#0b5351", "circle-stroke-width": 3 },
      },
    ],
  };
}

export const CHOSEN_FROM = ["streets-open", "streets-main", "streets-island"];
