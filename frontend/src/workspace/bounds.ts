// The box around shapes.
import type { Geometry, Position } from "geojson";

export type Box = [[number, number], [number, number]];

/** Return west, south and east, north of all shapes, or null when there are none. */
export function boxAround(shapes: Iterable<Geometry>): Box | null {
  let box: Box | null = null;
  for (const shape of shapes) {
    for (const [x, y] of positions(shape)) {
      if (x === undefined || y === undefined) continue;
      box ??= [[x, y], [x, y]];
      box = [
        [Math.min(box[0][0], x), Math.min(box[0][1], y)],
        [Math.max(box[1][0], x), Math.max(box[1][1], y)],
      ];
    }
  }
  return box;
}

function* positions(shape: Geometry): Generator<Position> {
  switch (shape.type) {
    case "Point":
      yield shape.coordinates;
      break;
    case "MultiPoint":
    case "LineString":
      yield* shape.coordinates;
      break;
    case "Polygon":
    case "MultiLineString":
      yield* shape.coordinates.flat();
      break;
    case "MultiPolygon":
      yield* shape.coordinates.flat(2);
      break;
    case "GeometryCollection":
      for (const inner of shape.geometries) yield* positions(inner);
  }
}
