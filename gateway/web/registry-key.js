// The operator's key in this browser. It is made here, cannot be taken out, and signs what the operator approves.
import { jsonOf, proveReceipt, textDigest, toBase64url } from './registry-log.js';
import { words } from './registry-text.js';

const DATABASE = 'huren-registry';
const KEYS = 'operator-keys';

/** The key of this operator in this browser, or null: `{ kid, publicJwk, privateKey }`. */
export async function loadKey(entityId) {
  return (await inKeys('readonly', (keys) => keys.get(entityId))) ?? null;
}

/** Makes the operator's key in this browser; one that was here before is replaced. */
export async function makeKey(entityId) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  // Not extractable: no script, this page's own included, can ever read the private half.
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const { x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const kid = await textDigest(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }));
  const key = { kid, publicJwk: { kty: 'EC', crv: 'P-256', x, y, alg: 'ES256', use: 'sig', kid }, privateKey };
  await inKeys('readwrite', (keys) => keys.put(key, entityId));
  return key;
}

/** Signs the entity's next event with this browser's key. Gives the compact JWS. */
export async function signEvent({ kid, privateKey }, entityId, kind, body) {
  const { entities } = await jsonOf(`/v1/registry/entities?entity_id=${encodeURIComponent(entityId)}`);
  const { seq, prev } = entities[0];
  const iat = Math.floor(Date.now() / 1000);
  const payload = { iss: entityId, seq: seq + 1, prev, iat, kind, body };
  const input = `${encode({ alg: 'ES256', typ: 'registry-event+jwt', kid })}.${encode(payload)}`;
  const how = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(how, privateKey, new TextEncoder().encode(input));
  return `${input}.${toBase64url(new Uint8Array(signature))}`;
}

/** Signs and posts the entity's next event, and proves the receipt. Gives null, or why it was refused. */
export async function submitStep(key, entityId, kind, body) {
  const jws = await signEvent(key, entityId, kind, body);
  const headers = { 'content-type': 'application/jose' };
  const reply = await fetch('/v1/registry/events', { method: 'POST', headers, body: jws });
  const answer = await reply.json();
  if (!reply.ok) return `${words.of(answer.text)} (${answer.detail ?? answer.code})`;
  return (await proveReceipt(jws, answer)) ? null : words.proofBad;
}

function encode(value) {
  return toBase64url(new TextEncoder().encode(JSON.stringify(value)));
}

async function inKeys(mode, work) {
  const database = await opened();
  try {
    return await answered(work(database.transaction(KEYS, mode).objectStore(KEYS)));
  } finally {
    database.close();
  }
}

function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(KEYS);
  return answered(request);
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
