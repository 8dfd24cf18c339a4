// What a page hands to the map of places: which layers, how they are called, and where their shapes are fetched.
import type { Feature, FeatureCollection, Geometry } from "geojson";

/** How a layer is drawn; style.ts gives every role its colour and its line. */
export type Role = "ground" | "known" | "before" | "after" | "wrong" | "likely" | "findings";

export interface Layer {
  role: Role;
  label: string; // in the language of the page
  shown: boolean; // at the start
  features?: Places; // handed over with the page, or
  address?: string; // fetched
}

/** Handed over by frontend/pages/officers/maps.py. */
export interface PlacesData {
  layers: Layer[];
}

/** `key` is that of a row of the list beside the map; a shape without one belongs to no row. */
export interface PlaceProperties {
  key?: string;
  number?: number; // as the list counts
  severity?: "severe" | "warning" | "note";
  words?: string;
}

export type Place = Feature<Geometry, PlaceProperties>;
export type Places = FeatureCollection<Geometry, PlaceProperties>;

export interface DrawnLayer extends Layer {
  features: Places;
}

export const NO_PLACES: Places = { type: "FeatureCollection", features: [] };

/** Return the shapes of all layers that belong to a row, those of later layers last. */
export function placesOf(layers: readonly DrawnLayer[], key: string): Place[] {
  return layers.flatMap((layer) => layer.features.features.filter((place) => place.properties.key === key));
}

/** Return the shapes the map starts with: those of the layers shown, findings alone where there are any. */
export function firstView(layers: readonly DrawnLayer[]): Place[] {
  const shown = layers.filter((layer) => layer.shown && layer.role !== "ground");
  const findings = shown.filter((layer) => layer.role === "findings").flatMap((layer) => layer.features.features);
  const rest = shown.filter((layer) => layer.role !== "findings").flatMap((layer) => layer.features.features);
  const ground = layers.filter((layer) => layer.role === "ground").flatMap((layer) => layer.features.features);
  if (findings.length > 1 || (findings.length && !ground.length)) return findings;
  return rest.length ? rest : ground.length ? ground : findings;
}
