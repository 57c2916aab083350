import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { signCheckpoint } from './checkpoint-signing.ts';
import { leafHash, nodeHash } from './merkle.ts';
import { consistencyProof, inclusionProof, type ReadHashes } from './merkle-proof.ts';
import { buildMerkleTree } from './merkle-tree.ts';
import { formatVerifierKey, noteKey, rawPublicKey } from './note.ts';

const SIZE = 11;
const ORIGIN = 'log.example/huren';
/** PKCS #8 of an Ed25519 key up to its 32 octets (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const entries = Array.from({ length: SIZE }, (_, at) => Buffer.from(`entry ${at}`));
const leaves = entries.map(leafHash);

/** Proofs over a log of eleven entries, and its checkpoint, each with one defect or none. Always the same bytes. */
export async function proofVectors(): Promise<Record<string, unknown>> {
  const root = buildMerkleTree(leaves).root;
  return {
    about: 'Hashes in base64; entry n is the text "entry n". defect: null where it has to be believed.',
    inclusion: await inclusionVectors(root),
    consistency: await consistencyVectors(root),
    ...checkpointVectors(root),
  };
}

async function inclusionVectors(root: Uint8Array) {
  const proofOf = (index: number) => inclusionProof({ index, size: SIZE }, readHashes);
  const usual = async (index: number) => ({
    index,
    size: SIZE,
    leaf_hash: base64(leafHash(Buffer.from(`entry ${index}`))),
    proof: (await proofOf(index)).map(base64),
    root: base64(root),
  });
  const five = await usual(5);
  return [
    { name: 'first', defect: null, ...(await usual(0)) },
    { name: 'fifth', defect: null, ...five },
    { name: 'last-of-an-odd-tree', defect: null, ...(await usual(10)) },
    { name: 'neighbour', defect: 'the index of another entry', ...five, index: 4 },
    { name: 'of-a-deeper-tree', defect: 'a size whose paths are longer', ...five, size: 17 },
    { name: 'cut', defect: 'the path is one hash short', ...five, proof: five.proof.slice(1) },
    { name: 'longer', defect: 'the path is one hash too long', ...five, proof: [...five.proof, five.root] },
    { name: 'another-entry', defect: 'the hash of another entry', ...five, leaf_hash: base64(leaves[6] ?? root) },
    {
      name: 'without-prefix',
      defect: 'a leaf hashed without its prefix',
      ...five,
      leaf_hash: base64(sha256(entries[5])),
    },
    { name: 'beyond', defect: 'an index beyond the tree', ...five, index: SIZE },
  ];
}

async function consistencyVectors(root2: Uint8Array) {
  const usual = async (size1: number) => ({
    size1,
    size2: SIZE,
    proof: (await consistencyProof({ size1, size2: SIZE }, readHashes)).map(base64),
    root1: base64(buildMerkleTree(leaves.slice(0, size1)).root),
    root2: base64(root2),
  });
  const six = await usual(6);
  return [
    { name: 'from-six', defect: null, ...six },
    { name: 'from-a-power-of-two', defect: null, ...(await usual(8)) },
    { name: 'rewritten', defect: 'the older tree is another one', ...six, root1: base64(leaves[0] ?? root2) },
    { name: 'shrunk', defect: 'the newer tree is the smaller one', ...six, size1: SIZE, size2: 6 },
    { name: 'cut', defect: 'the proof is one hash short', ...six, proof: six.proof.slice(1) },
    { name: 'from-nothing', defect: 'a proof from the empty tree says nothing', ...six, size1: 0 },
  ];
}

function checkpointVectors(root: Uint8Array) {
  const [log, stranger] = [privateKeyOf('log'), privateKeyOf('stranger')];
  const checkpoint = { origin: ORIGIN, size: SIZE, root };
  const good = signCheckpoint(checkpoint, { name: ORIGIN, privateKey: log });
  return {
    origin: ORIGIN,
    verifier_key: formatVerifierKey(noteKey(ORIGIN, 'ed25519', rawPublicKey(createPublicKey(log)))),
    checkpoints: [
      { name: 'good', defect: null, note: good, refused: null },
      {
        name: 'size-changed',
        defect: 'another size under the signature',
        note: good.replace('\n11\n', '\n12\n'),
        refused: 'note_forged',
      },
      {
        name: 'by-a-stranger',
        defect: 'signed by a key that is not the log’s',
        note: signCheckpoint(checkpoint, { name: ORIGIN, privateKey: stranger }),
        refused: 'note_untrusted',
      },
      {
        name: 'of-another-log',
        defect: 'another log’s name',
        note: signCheckpoint({ ...checkpoint, origin: 'other.example' }, { name: ORIGIN, privateKey: log }),
        refused: 'note_untrusted',
      },
      {
        name: 'unsigned',
        defect: 'no signature line',
        note: good.slice(0, good.lastIndexOf('\n\n') + 2),
        refused: 'note_malformed',
      },
    ],
  };
}

const readHashes: ReadHashes = async (nodes) => nodes.map(({ level, index }) => hashAt(level, index));

function hashAt(level: number, index: number): Uint8Array {
  if (level === 0) return leaves[index] ?? sha256(undefined);
  return nodeHash(hashAt(level - 1, 2 * index), hashAt(level - 1, 2 * index + 1));
}

function sha256(bytes: Uint8Array = new Uint8Array()): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** A key made of its name, which is no secret: signatures always come out the same. */
function privateKeyOf(name: string) {
  const seed = createHash('sha256').update(`huren vectors: ${name}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}
