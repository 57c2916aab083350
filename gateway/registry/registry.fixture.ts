import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { type AdapterFolderTexts, readAdapterTexts } from '../../adapters/adapter-folder.ts';
import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import { registryJwkSchema } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import { openKeyStore } from '../keys/key-store.ts';
import type { LogSigner } from '../keys/log-signer.ts';
import { signCheckpoint } from '../log/checkpoint-signing.ts';
import { formatVerifierKey, noteKey, parseVerifierKey, rawPublicKey } from '../log/note.ts';
import { signEvent } from '../trust/registry-event.ts';
import { createSigner } from '../trust/signer.ts';
import { applyEntry, type GenesisRule } from './apply-entry.ts';
import { EMPTY_STATE, type FoldState, isRejection, type Rejection } from './fold-state.ts';
import { digestOf } from './manifest-text.ts';
import type { SnapshotKey } from './snapshot-file.ts';

const BASE = 'https://registry.example';
export const NOW_S = 1_800_000_000;

/** An entity with a key of its own, in memory. */
export async function makeActor(name: string): Promise<Actor> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y, d } = privateKey.export({ format: 'jwk' });
  const kid = `${name}-${(x ?? '').slice(0, 8)}`;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const jwk = { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '', d: d ?? '' };
  const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']);
  return {
    entityId: `${BASE}/${name}`,
    signer: createSigner(kid, 'ES256', key),
    publicJwk: registryJwkSchema.parse({ kty, crv, x, y, kid }),
  };
}

/** The same entity with another key. */
export async function withNewKey(actor: Actor): Promise<Actor> {
  const other = await makeActor(actor.entityId.slice(BASE.length + 1));
  return { ...other, entityId: actor.entityId };
}

export const actors = {
  anchor: await makeActor('anchor'),
  gateway: await makeActor('gateway'),
  first: await makeActor('operator-a'),
  second: await makeActor('operator-b'),
  third: await makeActor('operator-c'),
  henan: await makeActor('410000'),
  shanghai: await makeActor('310000'),
  hainan: await makeActor('460000'),
  stranger: await makeActor('stranger'),
};

const bytesOf = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
/** A point that its curve has: SM2's own base point. */
export const SM2_KEY = registryJwkSchema.parse({
  kty: 'EC',
  crv: 'SM2',
  x: bytesOf('32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7'),
  y: bytesOf('bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0'),
  kid: 'sm2',
});
/** A key whose point lies beside its curve. */
export const OFF_CURVE_KEY = registryJwkSchema.parse({
  ...actors.stranger.publicJwk,
  y: bytesOf('01'.repeat(32)),
  kid: 'beside',
});

export const LOG_ORIGIN = 'registry.example/log';

/** A key for the log, in memory. */
export function makeLogKey(origin = LOG_ORIGIN) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, verifierKey: formatVerifierKey(noteKey(origin, 'ed25519', rawPublicKey(publicKey))) };
}

type TestLogSigner = Omit<LogSigner, 'ring' | 'verifierKeyOf'>;

/** A node's own snapshot key below a folder, the same at every call. */
export async function snapshotKeyIn(folder: string): Promise<SnapshotKey> {
  return await openKeyStore({ setting: null, dataDir: folder }).openRing('node', 'snapshot', { nowS: NOW_S });
}

/** A log signer with these keys; the last one is in use. */
export function signerWith(
  ...keys: readonly [ReturnType<typeof makeLogKey>, ...ReturnType<typeof makeLogKey>[]]
): TestLogSigner {
  const verifierKeys = keys.map(({ verifierKey }) => verifierKey);
  const inUse = verifierKeys.at(-1) ?? '';
  return {
    origin: LOG_ORIGIN,
    verifierKey: inUse,
    verifierKeys,
    trust: { origin: LOG_ORIGIN, logKeys: verifierKeys.map(parseVerifierKey), witnesses: [] },
    sign: ({ size, root }, signWith = [inUse]) => {
      const [one, ...others] = keys
        .filter(({ verifierKey }) => signWith.includes(verifierKey))
        .map(({ privateKey }) => ({ name: LOG_ORIGIN, privateKey }));
      if (one === undefined) throw new Error('no key of these signs here');
      return signCheckpoint({ origin: LOG_ORIGIN, size, root }, one, ...others);
    },
  };
}

export const LOG_KEY = makeLogKey();
export const VERIFIER_KEY = LOG_KEY.verifierKey;
export const TRUSTED: GenesisRule = {
  anchor: { entity_id: actors.anchor.entityId, jwks: { keys: [actors.anchor.publicJwk] } },
  logKeys: null,
};

export const NAME = { zh: '样例', en: 'A sample' };

/** A shipped adapter's texts, with its version replaced where one is given. */
export function adapterTexts(folder: string, within = 'provinces'): AdapterFolderTexts {
  return readAdapterTexts(join(import.meta.dirname, '../../adapters', within, folder));
}

export const HENAN = adapterTexts('410000-henan');
export const HENAN_2 = { ...HENAN, manifest: HENAN.manifest.replace(/"version": "[\d.]+"/, '"version": "2.0.0"') };
export const SHANGHAI = adapterTexts('310000-shanghai');

/** What names a version in approvals and activations. */
export function naming(province: '410000' | '310000', version: string, texts: { manifest: string }) {
  return { province, version, manifest_digest: digestOf(texts.manifest) };
}
export const HENAN_1_NAMED = naming('410000', '1.0.0', HENAN);
export const HENAN_2_NAMED = naming('410000', '2.0.0', HENAN_2);

type Named = ReturnType<typeof naming>;

/** What the kit says of a version, with its report. */
export function checkedBody(
  named: Named,
  { passed = true, level = 'static' }: { readonly passed?: boolean; readonly level?: 'static' | 'live' } = {},
): RegistryEventBody<'adapter_checked'> {
  const { province, version, manifest_digest } = named;
  const about = { province, version, manifest_digest, system: 'A sample', kit_version: '1.0.0' };
  const found = { level, passed, findings: [], checks: [], generated_at: new Date(NOW_S * 1000).toISOString() };
  return { ...named, passed, level, report: JSON.stringify({ ...about, ...found }) };
}

/** Departures from what an honest signer would write. */
export interface Forgery {
  readonly seq?: number;
  readonly prev?: string | null;
  readonly iat?: number;
  readonly key?: Actor;
}

/** A registry in memory: signs, verifies and folds as a gateway does. */
export class World {
  state: FoldState = EMPTY_STATE;
  readonly log: string[] = [];

  fork(): World {
    const world = new World();
    world.state = this.state;
    world.log.push(...this.log);
    return world;
  }

  async sign<K extends RegistryEventKind>(
    { entityId, signer }: Actor,
    kind: K,
    body: RegistryEventBody<K>,
    forged: Forgery = {},
  ): Promise<string> {
    const known = this.state.entities.get(entityId);
    const seq = (forged.seq ?? (known?.seq ?? 0) + 1) - 1;
    const prev = forged.prev === undefined ? (known?.prev ?? null) : forged.prev;
    const head = { entityId, seq, prev };
    const signed = await signEvent(forged.key?.signer ?? signer, head, { kind, body }, forged.iat ?? NOW_S);
    return signed.jws;
  }

  /** Decides a signed event and keeps it if it is accepted. */
  async take(jws: string): Promise<Rejection | null> {
    const outcome = await applyEntry(this.state, jws, TRUSTED);
    if (isRejection(outcome)) return outcome;
    this.state = outcome;
    this.log.push(jws);
    return null;
  }

  async try<K extends RegistryEventKind>(
    actor: Actor,
    kind: K,
    body: RegistryEventBody<K>,
    forged: Forgery = {},
  ): Promise<string | null> {
    return (await this.take(await this.sign(actor, kind, body, forged)))?.rejected ?? null;
  }

  /** Does what must be allowed. */
  async do<K extends RegistryEventKind>(actor: Actor, kind: K, body: RegistryEventBody<K>): Promise<void> {
    const refused = await this.try(actor, kind, body);
    if (refused !== null) throw new Error(`${kind} was refused: ${refused}`);
  }

  async enrol(
    actor: Actor,
    role: RegistryEventBody<'entity_enrolled'>['role'],
    province?: RegistryEventBody<'entity_enrolled'>['province'],
  ): Promise<void> {
    const place = province === undefined ? {} : { province };
    const jwks = { keys: [actor.publicJwk] };
    await this.do(actors.anchor, 'entity_enrolled', { entity_id: actor.entityId, role, name: NAME, jwks, ...place });
  }

  async submitAndCheck(actor: Actor, texts: { manifest: string; scenarios: string }, passed = true): Promise<void> {
    await this.do(actor, 'adapter_submitted', {
      manifest: texts.manifest,
      scenarios_digest: digestOf(texts.scenarios),
    });
    const province = actor === actors.shanghai ? '310000' : '410000';
    const versions = this.state.adapters.get(province)?.versions ?? [];
    const named = naming(province, versions.at(-1)?.version ?? '', texts);
    await this.do(actors.gateway, 'adapter_checked', checkedBody(named, { passed }));
  }

  /** By both operators. */
  async approve(named: Named): Promise<void> {
    await this.do(actors.first, 'adapter_approved', named);
    await this.do(actors.second, 'adapter_approved', named);
  }
}

/** Created, with everybody enrolled but the third operator and the stranger. */
export async function enrolledWorld(logKeys: readonly string[] = [VERIFIER_KEY]): Promise<World> {
  const world = new World();
  await world.do(actors.anchor, 'registry_created', {
    name: NAME,
    jwks: { keys: [actors.anchor.publicJwk] },
    log: { origin: LOG_ORIGIN, keys: [...logKeys] },
  });
  await world.enrol(actors.gateway, 'registrar');
  await world.enrol(actors.first, 'operator');
  await world.enrol(actors.second, 'operator');
  await world.enrol(actors.henan, 'province', '410000');
  await world.enrol(actors.shanghai, 'province', '310000');
  await world.enrol(actors.hainan, 'province', '460000');
  return world;
}

/** Henan 1.0.0 submitted and checked. */
export async function checkedWorld(logKeys?: readonly string[]): Promise<World> {
  const world = await enrolledWorld(logKeys);
  await world.submitAndCheck(actors.henan, HENAN);
  return world;
}

/** Henan 1.0.0 in full use. */
export async function activeWorld(logKeys?: readonly string[]): Promise<World> {
  const world = await checkedWorld(logKeys);
  await world.approve(HENAN_1_NAMED);
  await world.do(actors.henan, 'adapter_activated', { ...HENAN_1_NAMED, mode: { stage: 'full' } });
  return world;
}
