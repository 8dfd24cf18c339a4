// What the plan page knows: the figures handed over by the page, and the shapes fetched from the API.
import type { FeatureCollection, LineString, MultiLineString, MultiPolygon, Point, Polygon } from "geojson";

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
  units: string;
  outlines: string;
  baseMap: string; // empty where the district has none
  move: string; // empty for those who only read
  zones: Zone[];
}

export interface UnitProperties {
  code: string;
  name: string;
  township: string;
  zone: string;
  schools: string[];
  children: number;
}

export interface ZoneProperties {
  code: string;
  name: string;
  schools: { code: string; name: string; longitude: number; latitude: number }[];
}

export interface BaseProperties {
  kind: "street" | "main_road" | "river";
  name: string;
}

export type Units = FeatureCollection<Polygon | MultiPolygon | Point, UnitProperties>;
export type Outlines = FeatureCollection<Polygon | MultiPolygon, ZoneProperties>;
export type BaseMap = FeatureCollection<LineString | MultiLineString, BaseProperties>;

export const NO_FEATURES = { type: "FeatureCollection" as const, features: [] };
