// Checks the draw of a public bundle: list digest, seed, and every ticket.
import { drawer, seedOf, sha256 } from "./tickets";

export interface Entry {
  receipt: string;
  choices: [string, number, number, number][];
  group: string | null;
  fallback_rank: number | null;
}

export interface EntryList {
  lottery_id: string;
  ticket_algorithm: string;
  ticket_scope: "track" | "round" | "line";
  entries: Entry[];
}

export interface Fault {
  kind: "list" | "seed" | "ticket" | "missing";
  receipt?: string;
  urn?: string;
}

export interface Checked {
  faults: Fault[];
  count: number;
  tickets: Map<string, Map<string, string>>;
}

export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
export type Progress = (done: number, total: number) => void;

export class Unreadable extends Error {}
export class OtherAlgorithm extends Error {}

const REPORT_EVERY = 500;

function file(files: Files, name: string): Uint8Array<ArrayBuffer> {
  const found = files.get(name);
  if (!found) throw new Unreadable(name);
  return found;
}

function json<T>(files: Files, name: string): T {
  return JSON.parse(new TextDecoder().decode(file(files, name))) as T;
}

/** Return the urns from which a child's tickets are drawn. */
export function urnsOf(entry: Entry, scope: EntryList["ticket_scope"], tracks: ReadonlyMap<string, string>): Set<string> {
  const lines = entry.choices.map(([line]) => line);
  const coordinated = entry.fallback_rank !== null;
  if (scope === "round") return new Set(lines.length || coordinated ? ["all"] : []);
  if (scope === "line") return new Set([...lines, ...(coordinated ? ["coordination"] : [])]);
  return new Set([...lines.map((line) => tracks.get(line) ?? "?"), ...(coordinated ? ["public"] : [])]);
}

function publishedTickets(files: Files): Map<string, Map<string, string>> {
  const rows = new TextDecoder().decode(file(files, "tickets.csv")).trimEnd().split("\n");
  if (rows[0] !== "receipt,urn,ticket") throw new Unreadable("tickets.csv");
  const found = new Map<string, Map<string, string>>();
  for (const row of rows.slice(1)) {
    const [receipt = "", urn = "", ticket = ""] = row.split(",");
    const own = found.get(receipt) ?? new Map<string, string>();
    found.set(receipt, own.set(urn, ticket));
  }
  return found;
}

/** Draw all tickets again and return everything that differs from what was published; no fault is good news. */
export async function check(files: Files, announced: { digest: string; seed: string }, progress: Progress): Promise<Checked> {
  const list = json<EntryList>(files, "entry_list.json");
  if (list.ticket_algorithm !== "HMAC-SHA-256") throw new OtherAlgorithm(list.ticket_algorithm);
  const plan = json<{ lines: { line_id: string; track: string }[] }>(files, "round.json");
  const added = json<{ added: Entry[] }>(files, "amendments.json").added;
  const digest = await sha256(file(files, "entry_list.json"));
  const seed = await seedOf(list.lottery_id, digest, json<[string, string][]>(files, "public_values.json"));
  const faults: Fault[] = [];
  if (digest !== announced.digest) faults.push({ kind: "list" });
  if (seed !== announced.seed) faults.push({ kind: "seed" });
  const tracks = new Map(plan.lines.map((line) => [line.line_id, line.track]));
  const tickets = await redraw([...list.entries, ...added], list, seed, tracks, progress);
  return { faults: [...faults, ...differences(tickets, publishedTickets(files))], count: countOf(tickets), tickets };
}

async function redraw(
  entries: readonly Entry[],
  list: EntryList,
  seed: string,
  tracks: ReadonlyMap<string, string>,
  progress: Progress,
): Promise<Checked["tickets"]> {
  const ticket = await drawer(seed, list.lottery_id);
  const found: Checked["tickets"] = new Map();
  for (const [done, entry] of entries.entries()) {
    const own = new Map<string, string>();
    for (const urn of urnsOf(entry, list.ticket_scope, tracks)) own.set(urn, await ticket(urn, entry.group ?? entry.receipt));
    found.set(entry.receipt, own);
    if (done % REPORT_EVERY === 0) progress(done, entries.length);
  }
  return found;
}

function differences(drawn: Checked["tickets"], published: Checked["tickets"]): Fault[] {
  const faults: Fault[] = [];
  for (const receipt of new Set([...drawn.keys(), ...published.keys()])) {
    const own = drawn.get(receipt) ?? new Map<string, string>();
    const told = published.get(receipt) ?? new Map<string, string>();
    if (own.size !== told.size || [...own.keys()].some((urn) => !told.has(urn))) faults.push({ kind: "missing", receipt });
    for (const [urn, ticket] of own) {
      if (told.has(urn) && told.get(urn) !== ticket) faults.push({ kind: "ticket", receipt, urn });
    }
  }
  return faults;
}

function countOf(tickets: Checked["tickets"]): number {
  return [...tickets.values()].reduce((total, own) => total + own.size, 0);
}
