import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { check, urnsOf, type Entry, type Files } from "./bundle";
import { drawer, seedOf, sha256 } from "./tickets";
import { unzip } from "./zip";

const VALUES: [string, string][] = [["lottery", "08 13"], ["witnessed", "42"]];
const entry = (receipt: string, more: Partial<Entry> = {}): Entry => ({
  receipt,
  choices: [["s1.zone", 1, 1, 1]],
  group: null,
  fallback_rank: null,
  ...more,
});
const encode = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

async function published(tickets: string): Promise<{ files: Files; digest: string; seed: string }> {
  const list = encode({
    lottery_id: "L-1",
    ticket_algorithm: "HMAC-SHA-256",
    ticket_scope: "track",
    entries: [entry("1001")],
  });
  const digest = await sha256(list);
  const files = new Map([
    ["entry_list.json", list],
    ["round.json", encode({ lines: [{ line_id: "s1.zone", track: "public" }] })],
    ["amendments.json", encode({ added: [] })],
    ["public_values.json", encode(VALUES)],
    ["tickets.csv", encode(tickets)],
  ]);
  return { files, digest, seed: await seedOf("L-1", digest, VALUES) };
}

// Worked out once with Python: hashlib.sha256 and hmac.digest over the same lines.
test("seed and ticket are those that Python draws", async () => {
  const seed = await seedOf("L-1", "ab".repeat(32), VALUES);
  expect(seed).toBe("021175dd24d70aff5353bfde7c435e3224109e17c1203746c57dbf0ed98cdd79");
  const ticket = await drawer(seed, "L-1");
  expect(await ticket("public", "1001")).toBe("9c37b0d5eed8790e503a4be7cd0c3b2f3bb6e1285f1d329e827c1e7f78a05e0b");
});

test("a child draws from its tracks, and publicly when it may be coordinated", () => {
  const tracks = new Map([["p.private", "private"], ["s1.zone", "public"]]);
  const child = entry("1", { choices: [["p.private", 1, 1, 1]], fallback_rank: 3 });
  expect([...urnsOf(child, "track", tracks)].sort()).toEqual(["private", "public"]);
  expect([...urnsOf(child, "line", tracks)].sort()).toEqual(["coordination", "p.private"]);
  expect([...urnsOf(child, "round", tracks)]).toEqual(["all"]);
  expect([...urnsOf(entry("2", { choices: [] }), "round", tracks)]).toEqual([]);
});

test("a true bundle passes, and every damaged part of it is named", async () => {
  const draft = await published("");
  const ticket = await (await drawer(draft.seed, "L-1"))("public", "1001");
  const good = await published(`receipt,urn,ticket\n1001,public,${ticket}\n`);
  expect(await check(good.files, good, () => undefined)).toMatchObject({ faults: [], count: 1 });

  const other = await check(good.files, { digest: "00", seed: "00" }, () => undefined);
  expect(other.faults.map((fault) => fault.kind)).toEqual(["list", "seed"]);
  const changed = await published(`receipt,urn,ticket\n1001,public,${"0".repeat(64)}\n`);
  expect((await check(changed.files, changed, () => undefined)).faults).toEqual([
    { kind: "ticket", receipt: "1001", urn: "public" },
  ]);
  const missing = await published("receipt,urn,ticket\n");
  expect((await check(missing.files, missing, () => undefined)).faults).toEqual([{ kind: "missing", receipt: "1001" }]);
});

test("stored and deflated files come out of a zip whole", async () => {
  const text = "一二三".repeat(50);
  const files = await unzip(zipOf("表.txt", encode(text)));
  expect(new TextDecoder().decode(files.get("表.txt"))).toBe(text);
  await expect(unzip(encode("nothing").buffer)).rejects.toThrow("not a zip");
});

function zipOf(name: string, data: Uint8Array): ArrayBuffer {
  const packed = deflateRawSync(data);
  const named = Buffer.from(name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(named.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt16LE(named.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + named.length + packed.length, 16);
  const whole = Buffer.concat([local, named, packed, entry, named, end]);
  return new Uint8Array(whole).buffer;
}
