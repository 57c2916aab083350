import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { KeyError } from '../keys/key-error.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { readIfThere, writePrivateFile } from '../keys/private-file.ts';
import { sameBytes } from '../log/merkle.ts';
import { type ReadHashes, treeRoot } from '../log/merkle-proof.ts';
import { documentOf, type FoldState, foldDocumentSchema, stateOf } from './fold-state.ts';

/** The node's own key for what it worked out before: no key that others know is needed for that. */
export type SnapshotKey = Pick<KeyRing, 'signBytes' | 'verifyBytes'>;

/** Changes when the state's form or a rule of the fold changes: an older snapshot is then no snapshot. */
const SNAPSHOT_FORMAT = 'huren-registry-snapshot/8';

const fileSchema = z.strictObject({ body: z.string(), signature: z.string() });
const bodySchema = z.strictObject({
  format: z.literal(SNAPSHOT_FORMAT),
  root: z.string(),
  state: foldDocumentSchema,
});

/**
 * Writes what the log up to `state.size` says, bound to the root of that log. Where its key or its folder cannot be used
 * now there is none, which costs the next start some time and is no reason to stop anything.
 */
export function writeSnapshot(path: string, state: FoldState, root: Uint8Array, key: SnapshotKey): void {
  const content = { format: SNAPSHOT_FORMAT, root: base64(root), state: documentOf(state) };
  const body = JSON.stringify(content);
  try {
    writePrivateFile(path, JSON.stringify({ body, signature: base64(key.signBytes(Buffer.from(body))) }));
  } catch (error) {
    if (!(error instanceof KeyError) && !isOfTheDisk(error)) throw error;
  }
}

/**
 * The state of a snapshot, or null unless all of it holds: signed by this node's key, not ahead of the log, and made of
 * the very entries that the log has.
 */
export async function readSnapshot(
  path: string,
  log: { readonly size: number; readonly hashes: ReadHashes },
  key: SnapshotKey,
): Promise<FoldState | null> {
  const text = readIfThere(path);
  const file = text === null ? undefined : fileSchema.safeParse(jsonOrUndefined(text)).data;
  if (file === undefined) return null;
  const signature = Buffer.from(file.signature, 'base64');
  if (!key.verifyBytes(Buffer.from(file.body), signature)) return null;
  const { data } = bodySchema.safeParse(jsonOrUndefined(file.body));
  if (data === undefined || data.state.size === 0 || data.state.size > log.size) return null;
  const root = await treeRoot(data.state.size, log.hashes);
  return sameBytes(root, Buffer.from(data.root, 'base64')) ? stateOf(data.state) : null;
}

function isOfTheDisk(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
