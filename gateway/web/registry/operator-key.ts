import { calculateJwkThumbprint } from 'jose';
import { z } from 'zod';
import { type RegistryJwk, registryJwkSchema } from '../../../schemas/registry-event.ts';

const DATABASE = 'huren-registry';
const KEYS = 'operator-keys';

const keySchema = z.object({
  kid: z.string(),
  publicJwk: registryJwkSchema,
  privateKey: z.instanceof(CryptoKey),
});
/** The key of one operator in this browser. It is made here, cannot be taken out, and signs what the operator approves. */
export interface OperatorKey {
  readonly kid: string;
  readonly publicJwk: RegistryJwk;
  readonly privateKey: CryptoKey;
}

/** `reading`: not looked up yet. `unkept`: this browser keeps nothing. Null: this operator has made none here. */
export type KeptKey = OperatorKey | 'reading' | 'unkept' | null;

/** The key of this operator in this browser, or null. Rejects where this browser keeps nothing. */
export async function loadKey(entityId: string): Promise<OperatorKey | null> {
  const found: unknown = await inKeys('readonly', (keys) => keys.get(entityId));
  return keySchema.safeParse(found).data ?? null;
}

/** Makes the operator's key in this browser; one that was here before is replaced. */
export async function makeKey(entityId: string): Promise<OperatorKey> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  // Not extractable: no script, this page's own included, can ever read the private half.
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const { x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const kid = await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' });
  const publicJwk = registryJwkSchema.parse({ kty: 'EC', crv: 'P-256', x, y, alg: 'ES256', use: 'sig', kid });
  const key = { kid, publicJwk, privateKey };
  await inKeys('readwrite', (keys) => keys.put(key, entityId));
  return key;
}

async function inKeys<T>(mode: IDBTransactionMode, work: (keys: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await answered(work(database.transaction(KEYS, mode).objectStore(KEYS)));
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(KEYS);
  return answered(request);
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
