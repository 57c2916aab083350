import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something that can be read by others than those whom it is for, and where it was found. */
export interface Trace {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Something that no trace may show. `what`: how a finding calls it, since it must not name it. */
export interface Secret {
  readonly what: string;
  readonly text: string;
}

/** Every file below a folder, databases with what they have not yet folded in. Files that go meanwhile are no trace. */
export function filesBelow(folder: string): Trace[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const where = join(entry.parentPath, entry.name);
    try {
      return [{ where, bytes: readFileSync(where) }];
    } catch {
      return [];
    }
  });
}

/** Which secrets a trace shows, as they are or in a form that whoever guesses them could compare with. */
export function secretsIn(traces: readonly Trace[], secrets: readonly Secret[]): string[] {
  const wanted = needlesOf(secrets);
  return traces.flatMap(({ where, bytes }) => [...found(bytes, wanted)].map((what) => `${where}: ${what}`));
}

interface Needle {
  readonly what: string;
  readonly bytes: Buffer;
}

/** By their first four bytes: thousands of secrets are looked for in megabytes. */
function needlesOf(secrets: readonly Secret[]): ReadonlyMap<number, Needle[]> {
  const needles = secrets.flatMap(({ what, text }) =>
    Object.entries(formsOf(text)).map(([form, bytes]) => ({ what: `${what}, ${form}`, bytes: Buffer.from(bytes) })),
  );
  const short = needles.find(({ bytes }) => bytes.length < 4);
  if (short !== undefined) throw new Error(`too short to be looked for: ${short.what}`);
  return Map.groupBy(needles, ({ bytes }) => bytes.readInt32BE());
}

function found(bytes: Buffer, wanted: ReadonlyMap<number, readonly Needle[]>): Set<string> {
  const seen = new Set<string>();
  let window = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    window = (window << 8) | (bytes[at] ?? 0);
    for (const needle of wanted.get(window) ?? []) {
      if (bytes.subarray(at - 3, at - 3 + needle.bytes.length).equals(needle.bytes)) seen.add(needle.what);
    }
  }
  return seen;
}

function formsOf(text: string): Readonly<Record<string, string | Buffer>> {
  const sha256 = createHash('sha256').update(text).digest();
  const bytes = Buffer.from(text);
  return {
    'as it is': text,
    'in a URL': encodeURIComponent(text),
    'in JSON': JSON.stringify(text).slice(1, -1),
    'in base64': bytes.toString('base64').replace(/=+$/, ''),
    'in base64url': bytes.toString('base64url'),
    'in hex': bytes.toString('hex'),
    'its digest': sha256,
    'its digest in base64': sha256.toString('base64').replace(/=+$/, ''),
    'its digest in base64url': sha256.toString('base64url'),
    'its digest in hex': sha256.toString('hex'),
  };
}
