// Sums shown while an officer considers a move; the server's figures replace them.
import type { Zone } from "./plan";

export interface AfterMove {
  from: { zone: Zone; children: number };
  to: { zone: Zone; children: number };
  overfull: boolean;
}

/** Return the children of both zones if a unit with so many children moved. */
export function afterMove(zones: readonly Zone[], from: string, to: string, children: number): AfterMove | null {
  const old = zones.find((zone) => zone.code === from);
  const next = zones.find((zone) => zone.code === to);
  if (!old || !next) return null;
  const arrived = next.children + children;
  return {
    from: { zone: old, children: old.children - children },
    to: { zone: next, children: arrived },
    overfull: arrived > next.seats,
  };
}

export function percentFull(children: number, seats: number): string {
  return seats === 0 ? "–" : `${((children / seats) * 100).toFixed(1)} %`;
}
