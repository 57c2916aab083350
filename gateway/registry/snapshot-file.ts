import { z } from 'zod';
import type { LogSigner } from '../keys/log-signer.ts';
import { readIfThere, writePrivateFile } from '../keys/private-file.ts';
import { sameBytes } from '../log/merkle.ts';
import { type ReadHashes, treeRoot } from '../log/merkle-proof.ts';
import { documentOf, type FoldState, foldDocumentSchema, stateOf } from './fold-state.ts';

/** Changes when the state's form or a rule of the fold changes: an older snapshot is then no snapshot. */
const SNAPSHOT_FORMAT = 'huren-registry-snapshot/3';

const fileSchema = z.strictObject({ body: z.string(), signature: z.string() });
const bodySchema = z.strictObject({
  format: z.literal(SNAPSHOT_FORMAT),
  root: z.string(),
  state: foldDocumentSchema,
});

/** Writes what the log up to `state.size` says, bound to the root of that log. */
export function writeSnapshot(path: string, state: FoldState, root: Uint8Array, signer: LogSigner): void {
  const content = { format: SNAPSHOT_FORMAT, root: base64(root), state: documentOf(state) };
  const body = JSON.stringify(content);
  writePrivateFile(path, JSON.stringify({ body, signature: base64(signer.ring.signBytes(Buffer.from(body))) }));
}

/**
 * The state of a snapshot, or null unless all of it holds: signed by this log's key, not ahead of the log, and made of
 * the very entries that the log has.
 */
export async function readSnapshot(
  path: string,
  log: { readonly size: number; readonly hashes: ReadHashes },
  signer: LogSigner,
): Promise<FoldState | null> {
  const text = readIfThere(path);
  const file = text === null ? undefined : fileSchema.safeParse(jsonOf(text)).data;
  if (file === undefined) return null;
  const signature = Buffer.from(file.signature, 'base64');
  if (!signer.ring.verifyBytes(Buffer.from(file.body), signature)) return null;
  const { data } = bodySchema.safeParse(jsonOf(file.body));
  if (data === undefined || data.state.size === 0 || data.state.size > log.size) return null;
  const root = await treeRoot(data.state.size, log.hashes);
  return sameBytes(root, Buffer.from(data.root, 'base64')) ? stateOf(data.state) : null;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
