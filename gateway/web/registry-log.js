// Checks what the log says, in this browser: Merkle proofs (RFC 9162), the checkpoint's signature (C2SP signed-note)
// and the signature of the event itself.
const TILE_WIDTH = 256;

/** The signed tree head. `signed` is true, false, or null where this browser has no Ed25519. */
export async function loadCheckpoint() {
  const [note, lines] = await Promise.all([textOf('/v1/log/checkpoint'), textOf('/v1/log/key')]);
  const keys = lines.trim().split('\n');
  const at = note.lastIndexOf('\n\n');
  const text = note.slice(0, at + 1);
  const [origin, size, root] = text.split('\n');
  const signed = await verifyByOne(text, note.slice(at + 2), keys);
  return { origin, size: Number(size), root: fromBase64(root), rootText: root, signed, key: keys.join('\n') };
}

/**
 * The entry at `index` with the proof that it is in the log and that a key of its signer made it. Gives the event's
 * payload. Throws with what does not hold.
 */
export async function proveEntry(index, checkpoint, keyOf) {
  const { size, root } = checkpoint;
  if (index >= size) throw new Error('beyond the checkpoint');
  const [bytes, reply] = await Promise.all([
    readEntry(index, size),
    jsonOf(`/v1/log/proof/inclusion?index=${index}&size=${size}`),
  ]);
  const leaf = await hash(0, bytes);
  if (!(await isIncluded({ index, size, leaf, proof: reply.proof.map(fromBase64), root }))) {
    throw new Error('not in the log');
  }
  return await verifyEvent(new TextDecoder().decode(bytes), keyOf);
}

/** Whether the receipt of a posted event holds: under which checkpoint, and where. */
export async function proveReceipt(jws, receipt) {
  const at = receipt.checkpoint.lastIndexOf('\n\n');
  const [, size, root] = receipt.checkpoint.slice(0, at).split('\n');
  const leaf = await hash(0, new TextEncoder().encode(jws));
  const proof = receipt.inclusion_proof.map(fromBase64);
  return await isIncluded({ index: receipt.index, size: Number(size), leaf, proof, root: fromBase64(root) });
}

/** base64url SHA-256 of a text's UTF-8 bytes: how manifests, reports and events are named. */
export async function textDigest(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return toBase64url(new Uint8Array(digest));
}

export function toBase64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export async function jsonOf(path) {
  const reply = await fetch(path, { headers: { accept: 'application/json' } });
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return await reply.json();
}

export async function textOf(path) {
  const reply = await fetch(path);
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return await reply.text();
}

async function verifyEvent(jws, keyOf) {
  const [header, payload, signature] = jws.split('.');
  const { kid } = JSON.parse(new TextDecoder().decode(fromBase64(header)));
  const event = JSON.parse(new TextDecoder().decode(fromBase64(payload)));
  const jwk = keyOf(event.iss, kid);
  if (jwk === undefined) throw new Error('signed with an unknown key');
  const isEd25519 = jwk.crv === 'Ed25519';
  const { kty, crv, x, y } = jwk;
  const bare = isEd25519 ? { kty, crv, x } : { kty, crv, x, y };
  const kind = isEd25519 ? 'Ed25519' : { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('jwk', bare, kind, false, ['verify']);
  const how = isEd25519 ? 'Ed25519' : { name: 'ECDSA', hash: 'SHA-256' };
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  if (!(await crypto.subtle.verify(how, key, fromBase64(signature), signed))) throw new Error('signature wrong');
  return event;
}

// RFC 9162 section 2.1.3.2.
async function isIncluded({ index, size, leaf, proof, root }) {
  if (!Number.isSafeInteger(size) || index >= size) return false;
  let position = index;
  let last = size - 1;
  let computed = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      computed = await hash(1, sibling, computed);
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    } else {
      computed = await hash(1, computed, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && toBase64url(computed) === toBase64url(root);
}

async function hash(prefix, ...parts) {
  const bytes = Uint8Array.from([prefix, ...parts.flatMap((part) => [...part])]);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

const bundles = new Map();

async function readEntry(index, size) {
  const tile = Math.floor(index / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, size - tile * TILE_WIDTH);
  const path = `/v1/log/tile/entries/${tilePath(tile)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
  if (!bundles.has(path)) bundles.set(path, readBundle(path));
  return (await bundles.get(path))[index - tile * TILE_WIDTH];
}

async function readBundle(path) {
  const reply = await fetch(path);
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  const bytes = new Uint8Array(await reply.arrayBuffer());
  const entries = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const length = bytes[at] * 256 + bytes[at + 1];
    entries.push(bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

function tilePath(index) {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/[0-9]{3}/g);
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
}

// One signature by one of the log's keys is enough: another key may have been added since, or come into use.
async function verifyByOne(text, signatures, keys) {
  const verdicts = await Promise.all(keys.map((key) => verifyNote(text, signatures, key)));
  return verdicts.includes(true) || (verdicts.includes(null) ? null : false);
}

async function verifyNote(text, signatures, verifierKey) {
  const [name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(verifierKey)?.slice(1) ?? [];
  const line = signatures
    .split('\n')
    .find((candidate) => candidate.startsWith(`\u2014 ${name} `) && keyIdOf(candidate) === id);
  if (line === undefined || encoded === undefined) return false;
  try {
    const key = await crypto.subtle.importKey('raw', fromBase64(encoded).slice(1), 'Ed25519', false, ['verify']);
    const signature = fromBase64(line.split(' ')[2]).slice(4);
    return await crypto.subtle.verify('Ed25519', key, signature, new TextEncoder().encode(text));
  } catch (error) {
    if (error.name === 'NotSupportedError') return null;
    throw error;
  }
}

function keyIdOf(line) {
  const id = fromBase64(line.split(' ')[2]).slice(0, 4);
  return [...id].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromBase64(text) {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}
