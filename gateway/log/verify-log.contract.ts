import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { cosignCheckpoint, signCheckpoint } from './checkpoint-signing.ts';
import { cosigner } from './cosigner.fixture.ts';
import type { Finding } from './findings.ts';
import { type NoteAlgorithm, noteKey, rawPublicKey } from './note.ts';
import { bytes, numbered } from './store.contract.ts';
import type { LogStore } from './store.ts';
import { type LogAudit, type LogToVerify, verifyLog } from './verify-log.ts';

/** A store someone with access to the database can change: table names, and a way to run SQL beside the store. */
export type TamperedStore = {
  readonly store: LogStore;
  readonly execute: (sql: string) => Promise<void>;
  readonly tables: {
    readonly entry: string;
    readonly hash: string;
    readonly head: string;
    readonly checkpoint: string;
  };
};

const SIZE = 21;
const origin = 'anchor.test/registry';

function person(name: string, algorithm: NoteAlgorithm) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signer: { name, privateKey }, key: noteKey(name, algorithm, rawPublicKey(publicKey)) };
}

const log = person(origin, 'ed25519');
const forger = person(origin, 'ed25519');
const witness = person('province.test', 'cosignature');

/** The trust and signer that contract and kill tests use. */
export const testLog = { origin, signer: log.signer, trust: { origin, logKeys: [log.key], witnesses: [witness.key] } };

/** Signs the store's present head, stores the note and returns it. */
export async function signHead(store: LogStore): Promise<string> {
  const note = signCheckpoint({ origin, ...(await store.head()) }, log.signer);
  await store.saveCheckpoint('signed', note, await store.loadCheckpoint('signed'));
  return note;
}

/** What an audit has to find in every kind of store. */
export function verifyContract(kind: string, make: () => Promise<TamperedStore>): void {
  describe(`an audit of the ${kind} store`, () => {
    let under: TamperedStore;
    let note: string;

    beforeEach(async () => {
      under = await make();
      await under.store.append(numbered(SIZE));
      note = await signHead(under.store);
      return () => under.store.close();
    });

    const audit = (more: Partial<LogToVerify> = {}): Promise<LogAudit> =>
      verifyLog({ store: under.store, trust: testLog.trust, ...more });
    const found = async (more: Partial<LogToVerify> = {}) => brief((await audit(more)).findings);
    const copyBytes = (from: number, to: number) =>
      `UPDATE ${under.tables.entry} SET bytes = (SELECT bytes FROM ${under.tables.entry} WHERE idx = ${from}) WHERE idx = ${to}`;
    const copyHash = (from: number, to: number) =>
      `UPDATE ${under.tables.hash} SET hash = (SELECT hash FROM ${under.tables.hash} WHERE level = 0 AND idx = ${from}) WHERE level = 0 AND idx = ${to}`;
    const renumber = (from: number, to: number) => `UPDATE ${under.tables.entry} SET idx = ${to} WHERE idx = ${from}`;

    test('a whole log is found fault with', async () => {
      expect(await audit({ keptElsewhere: note })).toEqual({ size: SIZE, signedSize: SIZE, findings: [] });
      await under.store.append(numbered(4));
      expect(await audit({ keptElsewhere: note })).toEqual({ size: SIZE + 4, signedSize: SIZE, findings: [] });
    });

    test('an empty log is found fault with', async () => {
      const { store } = await make();
      await signHead(store);
      expect(await verifyLog({ store, trust: testLog.trust })).toEqual({ size: 0, signedSize: 0, findings: [] });
      await store.close();
    });

    test('a changed entry is not found or not named', async () => {
      for (const index of [0, 7, 20]) {
        await under.store.close();
        under = await make();
        await under.store.append(numbered(SIZE));
        await signHead(under.store);
        await under.execute(copyBytes(index === 7 ? 8 : 7, index));
        expect(await found()).toEqual([`entry_changed ${index}`]);
      }
    });

    test('an entry changed together with its leaf hash is not found, or far from where it is', async () => {
      await under.execute(copyBytes(3, 7));
      await under.execute(copyHash(3, 7));
      expect(await found()).toEqual(['entry_changed 6', 'checkpoint_mismatch all']);
    });

    test('a removed entry is not found or not named', async () => {
      await under.execute(`DELETE FROM ${under.tables.entry} WHERE idx = 12`);
      expect(await found()).toEqual(['entry_missing 12']);
    });

    test('a removed entry whose place the next ones took is not found or not named', async () => {
      await under.execute(`DELETE FROM ${under.tables.entry} WHERE idx = 18`);
      await under.execute(renumber(19, 18));
      await under.execute(renumber(20, 19));
      expect(await found()).toEqual(['entry_moved 18', 'entry_moved 19', 'entry_missing 20']);
    });

    test('an entry removed with its leaf hash stops the audit or hides what else is wrong', async () => {
      await under.execute(`DELETE FROM ${under.tables.entry} WHERE idx = 4`);
      await under.execute(`DELETE FROM ${under.tables.hash} WHERE level = 0 AND idx = 4`);
      await under.execute(copyBytes(7, 15));
      expect(await found()).toEqual(['entry_missing 4', 'entry_changed 15']);
    });

    test('two swapped entries are not found or not both named', async () => {
      await under.execute(renumber(5, 1000));
      await under.execute(renumber(9, 5));
      await under.execute(renumber(1000, 9));
      const { findings } = await audit();
      expect(brief(findings)).toEqual(['entry_swapped 5', 'entry_swapped 9']);
      expect(findings[0]?.detail).toContain('9');
    });

    test('a changed or removed tree hash is blamed on the entry, or not found', async () => {
      await under.execute(copyHash(2, 6));
      await under.execute(`DELETE FROM ${under.tables.hash} WHERE level = 0 AND idx = 11`);
      await under.execute(`DELETE FROM ${under.tables.hash} WHERE level = 2 AND idx = 3`);
      await under.execute(
        `UPDATE ${under.tables.hash} SET hash = (SELECT hash FROM ${under.tables.hash} WHERE level = 0 AND idx = 1) WHERE level = 1 AND idx = 9`,
      );
      expect(await found()).toEqual([
        'tree_hash_changed 6',
        'tree_hash_missing 11',
        'tree_hash_missing 12',
        'tree_hash_changed 18',
      ]);
    });

    test('a head changed as well turns a changed tree hash into a changed entry', async () => {
      await under.store.close();
      under = await make();
      await under.store.append(numbered(16));
      await signHead(under.store);
      const { hash, head } = under.tables;
      await under.execute(copyHash(2, 6));
      await under.execute(`UPDATE ${head} SET peaks = (SELECT hash FROM ${hash} WHERE level = 0 AND idx = 0)`);
      expect(await found()).toEqual(['tree_hash_changed 6', 'head_changed all']);
    });

    test('rows beyond the head are read, or not found', async () => {
      const { entry, hash } = under.tables;
      await under.execute(`INSERT INTO ${entry} SELECT ${SIZE}, bytes FROM ${entry} WHERE idx = 1`);
      await under.execute(`INSERT INTO ${hash} SELECT 0, ${SIZE}, hash FROM ${hash} WHERE level = 0 AND idx = 1`);
      await expect(under.store.read(0, SIZE + 1)).rejects.toMatchObject({ code: 'out_of_range' });
      expect(await found()).toEqual([`entry_surplus ${SIZE}`, `tree_hash_surplus ${SIZE}`]);
    });

    test('a changed, broken or removed head is not found', async () => {
      const { head, hash } = under.tables;
      const peak = `(SELECT hash FROM ${hash} WHERE level = 0 AND idx = 0)`;
      await under.execute(`UPDATE ${head} SET size = 1, peaks = ${peak}`);
      expect(await found()).toEqual(['entry_surplus 1', 'tree_hash_surplus 1', 'rolled_back 1']);
      await under.execute(`UPDATE ${head} SET size = 16`);
      expect((await found()).slice(-1)).toEqual(['head_changed all']);
      await under.execute(`UPDATE ${head} SET size = 3`);
      expect(await found()).toEqual(['head_corrupt all']);
      await under.execute(`DELETE FROM ${head}`);
      expect(await found()).toEqual(['head_corrupt all']);
    });

    test('a checkpoint by another key, or none, passes', async () => {
      await under.execute(`DELETE FROM ${under.tables.checkpoint}`);
      expect(await found()).toEqual(['checkpoint_missing all']);
      const forged = signCheckpoint({ origin, ...(await under.store.head()) }, forger.signer);
      await under.store.saveCheckpoint('signed', forged, undefined);
      expect(await found()).toEqual(['checkpoint_forged all']);
      await under.store.saveCheckpoint('signed', 'nonsense', forged);
      expect(await found()).toEqual(['checkpoint_forged all']);
    });

    test('a cosigned checkpoint with a forged cosignature passes', async () => {
      const line = cosignCheckpoint(note, cosigner(witness.signer), 1_700_000_000);
      await under.store.saveCheckpoint('cosigned', note + line, undefined);
      expect(await found()).toEqual([]);
      const other = signCheckpoint({ origin, size: 1, root: new Uint8Array(32) }, log.signer);
      const forged = note + cosignCheckpoint(other, cosigner(witness.signer), 1_700_000_000);
      await under.store.saveCheckpoint('cosigned', forged, note + line);
      expect(await found()).toEqual(['checkpoint_forged all']);
    });

    test('a store rewritten whole passes against its signed checkpoint', async () => {
      const other = await make();
      await other.store.append([...numbered(SIZE - 1), bytes('something else')]);
      await other.store.saveCheckpoint('signed', note, undefined);
      const { findings } = await verifyLog({ store: other.store, trust: testLog.trust });
      expect(brief(findings)).toEqual(['checkpoint_mismatch all']);
      await other.store.close();
    });

    test('a store put back to an older state passes against a checkpoint kept elsewhere', async () => {
      const older = await make();
      await older.store.append(numbered(SIZE - 6));
      await signHead(older.store);
      const whole = await verifyLog({ store: older.store, trust: testLog.trust });
      const { findings } = await verifyLog({ store: older.store, trust: testLog.trust, keptElsewhere: note });
      expect([brief(whole.findings), brief(findings)]).toEqual([[], [`rolled_back ${SIZE - 6}`]]);
      await older.store.close();
    });

    test('a store put back and grown again passes against a checkpoint kept elsewhere', async () => {
      const fork = await make();
      await fork.store.append([...numbered(10), ...numbered(20, 500)]);
      await signHead(fork.store);
      const { findings } = await verifyLog({ store: fork.store, trust: testLog.trust, keptElsewhere: note });
      expect(brief(findings)).toEqual(['forked all']);
      await fork.store.close();
    });

    test('a checkpoint kept elsewhere that nobody signed is compared with', async () => {
      const forged = signCheckpoint({ origin, ...(await under.store.head()) }, forger.signer);
      await expect(audit({ keptElsewhere: forged })).rejects.toMatchObject({ code: 'note_untrusted' });
    });

    test("the caller's check misses an entry, or is asked about one that is not the logged one", async () => {
      const asked: number[] = [];
      const checkEntry = async (index: number) => {
        asked.push(index);
        return index === 3 ? 'its signature does not verify' : undefined;
      };
      await under.execute(copyBytes(7, 5));
      expect(await found({ checkEntry })).toEqual(['entry_refused 3', 'entry_changed 5']);
      expect(asked).toEqual(Array.from({ length: SIZE }, (_, at) => at).filter((index) => index !== 5));
    });

    test('progress is not told to the end', async () => {
      await under.store.append(numbered(1200));
      const told: number[] = [];
      await audit({ onProgress: (done, total) => told.push(done / total) });
      expect(told.length).toBeGreaterThan(1);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect(told.at(-1)).toBe(1);
    });

    test('a store wrong in every row is gone through to the end', async () => {
      await under.store.append(numbered(2000));
      await under.execute(
        `UPDATE ${under.tables.entry} SET bytes = (SELECT bytes FROM ${under.tables.entry} WHERE idx = 0)`,
      );
      const { findings } = await audit();
      expect(findings).toHaveLength(1000);
      expect(findings[0]).toMatchObject({ code: 'entry_changed', index: 1 });
    });

    test('a store that goes away during the audit is taken for a corrupt one', async () => {
      await under.store.close();
      await expect(audit()).rejects.toMatchObject({ code: 'closed' });
    });
  });
}

function brief(findings: readonly Finding[]): string[] {
  return findings.map(({ code, index }) => `${code} ${index ?? 'all'}`);
}
