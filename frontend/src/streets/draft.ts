// A link chosen with two clicks: the first is its beginning, the second its end, a third begins anew.
export type Place = readonly [number, number];
export type Draft = readonly [] | readonly [Place] | readonly [Place, Place];

const DIGITS = 6; // of a degree: about 0.1 m

export function withPlace(draft: Draft, place: Place): Draft {
  return draft.length === 1 ? [draft[0], place] : [place];
}

/** Return a place as the form and the search field take it. */
export function placeText([longitude, latitude]: Place): string {
  return `${longitude.toFixed(DIGITS)}, ${latitude.toFixed(DIGITS)}`;
}

/** Return west, south, east, north of "w,s,e,n", or null for any other text. */
export function boxOf(text: string | undefined): [number, number, number, number] | null {
  const [west, south, east, north, ...more] = (text ?? "").split(",").map(Number);
  if (west === undefined || south === undefined || east === undefined || north === undefined || more.length) return null;
  return [west, south, east, north].every(Number.isFinite) ? [west, south, east, north] : null;
}
