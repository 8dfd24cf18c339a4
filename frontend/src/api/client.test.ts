import { afterEach, expect, test, vi } from "vitest";
import { addressOf, get, Refusal } from "./client";

afterEach(() => vi.unstubAllGlobals());

test("an address is the schema's path with its parameters filled in", () => {
  const job_id = "0c1d";
  expect(addressOf("/api/jobs/{job_id}/", { path: { job_id } })).toBe("/api/jobs/0c1d/");
  expect(addressOf("/api/units/", { query: { district: "410181", q: "东风 & 西" } })).toBe(
    "/api/units/?district=410181&q=%E4%B8%9C%E9%A3%8E+%26+%E8%A5%BF",
  );
});

test("a refusal carries its stable code; an answer without one tells its status", async () => {
  const answers = [
    new Response(JSON.stringify({ code: "no_such_job", message: "gone", details: { job: "0c1d" } }), { status: 404 }),
    new Response("<h1>Bad gateway</h1>", { status: 502 }),
  ];
  vi.stubGlobal("fetch", () => Promise.resolve(answers.shift()));
  const asked = (): Promise<unknown> => get("/api/jobs/{job_id}/", { path: { job_id: "0c1d" } });

  const first = await asked().catch((fault: unknown) => fault);
  const second = await asked().catch((fault: unknown) => fault);

  expect(first).toBeInstanceOf(Refusal);
  expect(first).toMatchObject({ code: "no_such_job", details: { job: "0c1d" } });
  expect(second).toMatchObject({ code: "http_502" });
});
