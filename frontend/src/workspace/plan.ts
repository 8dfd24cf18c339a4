// What the plan page knows: the figures handed over by the page, and the shapes fetched from the API.
import type { FeatureCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon } from "geojson";
import type { Schemas } from "../api/client";

export interface Zone {
  code: string;
  name: string;
  schools: string[];
  children: number;
  seats: number;
  units: number;
  meanWalk: number;
}

/** Handed over by frontend/pages/officers/plans.py. */
export interface WorkspaceData {
  plan: string; // its id
  baseMap: string; // id of the dataset; empty where the district has none
  why: string; // page that explains an estate
  move: string; // empty for those who only read
  mend: string; // page that makes the plan lawful; empty where it is, and for those who only read
  zones: Zone[];
}

export type UnitProperties = Schemas["UnitProperties"];
export type ZoneProperties = Schemas["ZoneProperties"];

export interface BaseProperties {
  kind: "street" | "main_road" | "river";
  name: string;
}

export type Units = FeatureCollection<Polygon | MultiPolygon | Point, UnitProperties>;
export type Outlines = FeatureCollection<Polygon | MultiPolygon | MultiPoint, ZoneProperties>; // points where units have no area
export type BaseMap = FeatureCollection<LineString | MultiLineString, BaseProperties>;

// The schema leaves geometries open, because GeoJSON is defined elsewhere; here they get their types.
export const unitsOf = (answer: Schemas["UnitFeatures"]): Units => answer as unknown as Units;
export const outlinesOf = (answer: Schemas["ZoneFeatures"]): Outlines => answer as unknown as Outlines;
export const baseMapOf = (answer: Schemas["FeatureCollection"]): BaseMap => answer as unknown as BaseMap;

export const NO_FEATURES = { type: "FeatureCollection" as const, features: [] };
