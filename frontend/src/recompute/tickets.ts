// Draws tickets as docs/lottery.md says, with what every browser brings. Shares no code with the server.
const SEED_LABEL = "jiujin-seed-1";
const TICKET_LABEL = "jiujin-ticket-1";

export type TicketOf = (urn: string, ball: string) => Promise<string>;

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export function hex(data: ArrayBuffer): string {
  return [...new Uint8Array(data)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})+$/.test(text)) throw new Error("not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", data));
}

/** Return the seed, 64 hexadecimal digits: SHA-256 over lines, each ended by a line feed. */
export function seedOf(lottery: string, listDigest: string, values: readonly (readonly [string, string])[]): Promise<string> {
  const lines = [SEED_LABEL, lottery, listDigest, ...values.map(([name, value]) => `${name}=${value}`)];
  return sha256(bytes(lines.map((line) => `${line}\n`).join("")));
}

/** Return the function that draws a ticket, 64 hexadecimal digits: HMAC-SHA-256 of label, lottery, urn and ball. */
export async function drawer(seed: string, lottery: string): Promise<TicketOf> {
  const key = await crypto.subtle.importKey("raw", fromHex(seed), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return async (urn, ball) =>
    hex(await crypto.subtle.sign("HMAC", key, bytes([TICKET_LABEL, lottery, urn, ball].join("\n"))));
}
