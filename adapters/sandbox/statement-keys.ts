import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { type Curve, generateKey, importKey, type SandboxKey, storedKeySchema } from './keys.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import type { StatementKeyRecord } from './protocol.ts';
import { SandboxError } from './sandbox-error.ts';

const timeSchema = z.int().min(0).nullable();
const recordSchema = z.strictObject({
  state: z.enum(['announced', 'active', 'retired', 'revoked']),
  announced_s: z.int().min(0),
  retired_s: timeSchema,
  revoked_s: timeSchema,
  key: storedKeySchema,
});
type StoredRecord = z.infer<typeof recordSchema>;
const fileSchema = z.array(recordSchema).min(1).max(64);

/**
 * The keys that one simulated province signs its statements with, kept in a 0600 file over restarts. A key is announced
 * before it is used, so that whoever publishes it can do so first.
 */
export class StatementKeys {
  readonly #path: string;
  readonly #curve: Curve;
  readonly #nowS: () => number;
  #records: readonly StoredRecord[];
  #opened: SandboxKey;

  constructor(path: string, curve: Curve, nowS: () => number) {
    this.#path = path;
    this.#curve = curve;
    this.#nowS = nowS;
    const kept = readRecords(path);
    this.#records = kept ?? [this.#fresh('active')];
    if (kept === null) this.#write();
    this.#opened = importKey(this.#activeRecord().key);
  }

  /** The key in use. */
  get active(): SandboxKey {
    return this.#opened;
  }

  /** Every key with its state, public halves only. */
  get published(): StatementKeyRecord[] {
    return this.#records.map(({ key, ...life }) => ({ ...life, jwk: importKey(key).published.jwk }));
  }

  /** Makes the next key without using it; an announced one stays. */
  announce(): void {
    if (this.#records.some(({ state }) => state === 'announced')) return;
    this.#change([...this.#records, this.#fresh('announced')]);
  }

  /** Uses the announced key; the one before is retired, or revoked where it is no longer anybody's to trust. */
  activate(before: 'retired' | 'revoked'): void {
    if (!this.#records.some(({ state }) => state === 'announced')) {
      throw new SandboxError('body_invalid', 'step: no key was announced');
    }
    const nowS = this.#nowS();
    const ended = before === 'retired' ? { retired_s: nowS } : { revoked_s: nowS };
    this.#change(
      this.#records.map((record) => {
        if (record.state === 'active') return { ...record, state: before, ...ended };
        return record.state === 'announced' ? { ...record, state: 'active' } : record;
      }),
    );
  }

  #change(records: readonly StoredRecord[]): void {
    this.#records = records.slice(-64);
    this.#write();
    this.#opened = importKey(this.#activeRecord().key);
  }

  #activeRecord(): StoredRecord {
    const active = this.#records.find(({ state }) => state === 'active');
    if (active === undefined) throw new Error('a sandbox province has no active statement key');
    return active;
  }

  #fresh(state: 'announced' | 'active'): StoredRecord {
    const key = generateKey(this.#curve);
    return { state, announced_s: this.#nowS(), retired_s: null, revoked_s: null, key };
  }

  #write(): void {
    writePrivateFile(this.#path, `${JSON.stringify(this.#records)}\n`);
  }
}

function readRecords(path: string): readonly StoredRecord[] | null {
  const text = readPrivateFile(path);
  if (text === null) return null;
  const records = fileSchema.safeParse(jsonOrUndefined(text));
  if (!records.success) throw new Error(`${path} is no key file`);
  return records.data;
}
