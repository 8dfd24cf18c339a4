// From entrants to colours, and the list beside the map.

// From pale to dark in even steps of lightness, so that the order is seen without telling colours apart.
export const HEAT = ["#f4f1e6", "#fde3b0", "#fcc173", "#f59a4a", "#dd6b2f", "#b23f1f", "#701a12"] as const;

/** Return the number of the colour: the first whose limit is not exceeded; the limits come from the server. */
export function heatStep(entrants: number, steps: readonly number[]): number {
  const found = steps.findIndex((most) => entrants <= most);
  return found === -1 ? steps.length : found;
}

/** Return the named units with their entrants, most first, ties by code; what lies in no unit has no name. */
export function mostFirst(
  counts: Readonly<Record<string, number>>,
  names: ReadonlyMap<string, string>,
): [code: string, name: string, count: number][] {
  return Object.entries(counts)
    .flatMap(([code, count]): [string, string, number][] => {
      const name = names.get(code);
      return name === undefined ? [] : [[code, name, count]];
    })
    .sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1));
}
