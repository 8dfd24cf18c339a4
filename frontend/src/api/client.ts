// All requests go through here. What they ask and answer is typed by schema.ts, which is generated.
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

interface Answering {
  parameters: { path?: unknown; query?: unknown };
  responses: { 200: { content: { "application/json": unknown } | { "application/geo+json": unknown } } };
}
type Reading<P extends keyof paths> = Extract<paths[P]["get"], Answering>;
export type Readable = { [P in keyof paths]: [Reading<P>] extends [never] ? never : P }[keyof paths];
type Content<P extends Readable> = Reading<P>["responses"][200]["content"];
export type Answer<P extends Readable> = Content<P>[keyof Content<P>];
export type Asked<P extends Readable> = Pick<Reading<P>["parameters"], "path" | "query">;

export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
  }
}

/** Ask the API. Rejects with a Refusal when it says no. */
export async function get<P extends Readable>(path: P, asked: Asked<P>, signal?: AbortSignal): Promise<Answer<P>> {
  const response = await send(addressOf(path, asked), signal);
  return (await response.json()) as Answer<P>;
}

/** Fetch a file that a page names by its address, such as a public bundle. */
export async function getFile(address: string): Promise<ArrayBuffer> {
  return (await send(address)).arrayBuffer();
}

/** Return the address of a path of the schema, its {parameters} filled in. */
export function addressOf<P extends Readable>(path: P, asked: Asked<P>): string {
  const { path: places = {}, query = {} } = asked as Record<string, Record<string, string>>;
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(String(places[name])));
  const search = new URLSearchParams(query).toString();
  return search ? `${filled}?${search}` : filled;
}

async function send(address: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(address, { credentials: "same-origin", ...(signal ? { signal } : {}) });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const body = (await response.json().catch(() => ({}))) as Partial<Refusal> & { detail?: string };
  return new Refusal(body.code ?? `http_${response.status}`, body.message ?? body.detail ?? "", body.details ?? {});
}
