// Which units and zones touch: polygons of one coverage share the points of their common border.
import type { Position } from "geojson";
import type { Units } from "./plan";

export type Touching = Map<string, Set<string>>;

const POINTS_OF_A_BORDER = 2; // one common point is a corner

function rings(geometry: Units["features"][number]["geometry"]): Position[][] {
  if (geometry.type === "Point") return [];
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

/** Return for every unit the units that share a border with it. */
export function touchingUnits(units: Units): Touching {
  const atPoint = new Map<string, Set<string>>();
  for (const unit of units.features) {
    for (const position of rings(unit.geometry).flat()) {
      const key = `${position[0]},${position[1]}`;
      const here = atPoint.get(key);
      if (here) here.add(unit.properties.code);
      else atPoint.set(key, new Set([unit.properties.code]));
    }
  }
  return bordering(atPoint.values());
}

function bordering(meetings: Iterable<Set<string>>): Touching {
  const shared = new Map<string, Map<string, number>>();
  for (const here of meetings) {
    if (here.size < 2) continue;
    for (const a of here) for (const b of here) if (a !== b) count(shared, a, b);
  }
  const found: Touching = new Map();
  for (const [unit, others] of shared) {
    const near = [...others].filter(([, points]) => points >= POINTS_OF_A_BORDER).map(([code]) => code);
    if (near.length) found.set(unit, new Set(near));
  }
  return found;
}

function count(shared: Map<string, Map<string, number>>, a: string, b: string): void {
  const others = shared.get(a) ?? new Map<string, number>();
  others.set(b, (others.get(b) ?? 0) + 1);
  shared.set(a, others);
}

/** Return for every zone the zones that touch it. */
export function touchingZones(units: Touching, zoneOf: ReadonlyMap<string, string>): Touching {
  const found: Touching = new Map();
  for (const [unit, others] of units) {
    const zone = zoneOf.get(unit);
    if (zone === undefined) continue;
    const near = found.get(zone) ?? new Set<string>();
    for (const other of others) {
      const there = zoneOf.get(other);
      if (there !== undefined && there !== zone) near.add(there);
    }
    found.set(zone, near);
  }
  return found;
}

/** Return the zones other than its own that a unit touches, in the order of their codes. */
export function zonesBeside(unit: string, units: Touching, zoneOf: ReadonlyMap<string, string>): string[] {
  const own = zoneOf.get(unit);
  const found = new Set<string>();
  for (const other of units.get(unit) ?? []) {
    const zone = zoneOf.get(other);
    if (zone !== undefined && zone !== own) found.add(zone);
  }
  return [...found].sort();
}
