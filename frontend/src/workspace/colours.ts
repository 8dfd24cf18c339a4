// Colours of zones: neighbours never share one, and all can be told apart with a colour-vision deficiency.
import type { Touching } from "./neighbours";

// Pale forms of Okabe and Ito's eight colours and four more of other lightness; ink on all of them is readable.
export const PALETTE = [
  "#f2c185", "#a9d3ee", "#8fd0b8", "#f3ea9a", "#8fb4d9", "#ecae8e", "#e0bcd2", "#c9c9c1",
  "#b9e08f", "#cdb7e8", "#d8a9a4", "#9edfe0",
] as const;

/** Return a place in the palette for each zone: the first that no neighbour has; ties by use, then by place. */
export function colourPlaces(zones: readonly string[], touching: Touching): Map<string, number> {
  const places = new Map<string, number>();
  const used = PALETTE.map(() => 0);
  const byNeighbours = [...zones].sort(
    (a, b) => (touching.get(b)?.size ?? 0) - (touching.get(a)?.size ?? 0) || (a < b ? -1 : 1),
  );
  for (const zone of byNeighbours) {
    const taken = new Set([...(touching.get(zone) ?? [])].map((other) => places.get(other)));
    const place = leastUsed(used, taken);
    places.set(zone, place);
    used[place] = (used[place] ?? 0) + 1;
  }
  return places;
}

function leastUsed(used: readonly number[], taken: ReadonlySet<number | undefined>): number {
  let best = -1;
  used.forEach((times, place) => {
    if (!taken.has(place) && (best === -1 || times < (used[best] ?? 0))) best = place;
  });
  return best === -1 ? 0 : best;
}

/** Return the colour of how full a zone is: children for each seat, in five steps from pale to dark. */
export function fullnessColour(children: number, seats: number): string {
  if (seats === 0) return "#999999";
  const share = children / seats;
  if (share > 1) return "#b2182b";
  if (share > 0.95) return "#ef8a62";
  if (share > 0.85) return "#fddbc7";
  return share > 0.7 ? "#d1e5f0" : "#92c5de";
}
