// All requests go through here. Types come from schema.ts, which is generated.
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
  }
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

async function refusalOf(response: Response): Promise<Refusal> {
  const body = (await response.json().catch(() => ({}))) as Partial<Refusal> & { detail?: string };
  return new Refusal(body.code ?? `http_${response.status}`, body.message ?? body.detail ?? "", body.details ?? {});
}

async function send<T>(address: string, init: RequestInit): Promise<T> {
  const response = await fetch(address, { credentials: "same-origin", ...init });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as T;
}

export function get<T>(address: string, signal?: AbortSignal): Promise<T> {
  return send<T>(address, { headers: { Accept: "application/json" }, ...(signal ? { signal } : {}) });
}

export function post<T>(address: string, body: unknown): Promise<T> {
  return send<T>(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": cookie("csrftoken") },
    body: JSON.stringify(body),
  });
}
