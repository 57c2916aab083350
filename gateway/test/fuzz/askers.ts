import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askControl } from '../../../adapters/sandbox/control-client.ts';
import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import {
  recordReplySchema,
  type SandboxCode,
  sandboxCodesSchema,
  sandboxRequestsSchema,
} from '../../../schemas/sandbox.ts';
import { readConfig } from '../../compose/config.ts';
import { readActorFile } from '../../keys/key-store.ts';
import { openHttpDoor } from '../../registry/registry-door.ts';
import { sandboxSignerPath } from '../../sandbox/actors.ts';
import { sandboxEntityIds } from '../../sandbox/entity-ids.ts';
import { postLocally } from '../../sandbox/post-locally.ts';
import { type SandboxNode, startSandboxNode } from '../../sandbox/start.ts';
import { makeKey } from '../../trust/federation.fixture.ts';
import type { JwkSet } from '../../trust/public-key.ts';
import type { Signer } from '../../trust/signer.ts';
import { freePort } from '../free-port.ts';
import { inParallel } from '../in-parallel.ts';
import { freshNonce, nodeToken } from './ask.ts';
import { type OutsideGateway, startOutsideHost } from './outside-gateways.ts';
import { randomFrom } from './random.ts';

/** A gateway that asks, with the key that its chain vouches for. */
export interface Asker {
  readonly entityId: string;
  readonly signer: Signer;
}

/** A node that issues for every province, and everybody who asks it or tries to. */
export interface Askers {
  readonly url: string;
  readonly ids: ReturnType<typeof sandboxEntityIds>;
  /** The issuer that questions are for. */
  readonly issuer: string;
  readonly admitted: readonly [Asker, Asker];
  /** The keys of the first of them, which anybody can read. */
  readonly publicKeys: JwkSet;
  readonly stranger: Asker;
  /** Was admitted, has asked with `revokedToken`, and was removed. */
  readonly revoked: Asker;
  readonly revokedToken: string;
  /** Admitted, but what it says of itself has expired. */
  readonly lapsed: Asker;
  /** Admitted, but nobody is there to say anything. */
  readonly away: Asker;
  /** A code that the issuer's system knows, and that nobody asks about at this moment: those would share one answer. */
  readonly nextCode: () => string;
  /** Codes of other provinces. */
  readonly foreign: readonly string[];
  /** How many requests the systems of all provinces have received so far. */
  readonly received: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Anhui's system needs no login of its own: one question to its node is one request. */
const ASKED: ProvinceCode = '340000';
const BELOW: ProvinceCode = '410000';
const HOUR_S = 3_600;
const CODES = 200;

/** Starts a sandbox in this process, and founds three gateways more that something is wrong with. */
export async function startAskers(): Promise<Askers> {
  const dataDir = mkdtempSync(join(tmpdir(), 'huren-askers-'));
  const env = { HUREN_PORT: '0', HUREN_HOST: '127.0.0.1', HUREN_DATA_DIR: dataDir, HUREN_LOG_LEVEL: 'silent' };
  const rates = { HUREN_CLIENT_RATE: '1000000', HUREN_PROVINCE_RATE: '1000000' };
  const node = await startSandboxNode(readConfig({ ...env, ...rates }, { sandbox: true }));
  const ids = sandboxEntityIds(node.url);
  const outside = await startOutsideHost(join(dataDir, 'outside'), ids.province(BELOW));
  const superior = await openSuperior(node, dataDir);
  const [revoked, lapsed, gone] = [
    await outside.found('revoked', HOUR_S),
    await outside.found('lapsed', -HOUR_S),
    await outside.found('away', HOUR_S),
  ];
  const away = { ...gone, entityId: `http://127.0.0.1:${await freePort()}` };
  for (const gateway of [revoked, lapsed, away]) await superior.admit(gateway);
  const known = await askControl(node.child.ready.control, sandboxCodesSchema, 'GET', '/codes');
  const nextCode = await mintCodes(node, known);
  const issuer = ids.issuer(ASKED);
  const revokedToken = await askedOnce(node.url, issuer, revoked, nextCode());
  await superior.remove(revoked);
  const home = gatewayOf(node, '440000');
  return {
    url: node.url,
    ids,
    issuer,
    admitted: [home, gatewayOf(node, BELOW)],
    publicKeys: home.publicKeys,
    stranger: { entityId: 'https://stranger.example', signer: (await makeKey('stranger')).signer },
    ...{ revoked, revokedToken, lapsed, away },
    nextCode,
    foreign: known.filter((one) => one.province !== ASKED && one.record !== null).map(({ code }) => code),
    received: () => receivedBy(node),
    stop: async () => {
      await node.close();
      await outside.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The province that the outside gateways belong to, as its operator acts. */
async function openSuperior({ node, url }: SandboxNode, dataDir: string) {
  const actor = await readActorFile(sandboxSignerPath(dataDir, BELOW));
  if (actor === null) throw new Error('the sandbox has no such province');
  const nowS = () => Math.floor(Date.now() / 1000);
  const door = openHttpDoor({ registry: node.parts.registry.registry, post: postLocally(url), nowS });
  const name = { zh: '测试', en: 'Test' };
  return {
    admit: ({ entityId: entity_id, jwks, published }: OutsideGateway) =>
      door.submit(actor, { kind: 'subordinate_admitted', body: { entity_id, kind: 'gateway', name, jwks, published } }),
    remove: ({ entityId: entity_id }: OutsideGateway) =>
      door.submit(actor, { kind: 'subordinate_removed', body: { entity_id } }),
  };
}

function gatewayOf({ node }: SandboxNode, province: ProvinceCode) {
  const gateway = node.parts.trust.gateways.get(province);
  if (gateway === undefined) throw new Error('the sandbox has no such gateway');
  const { entityId, attestationKeys } = gateway;
  return { entityId, signer: attestationKeys.signer, publicKeys: { keys: [...attestationKeys.publicKeys] } };
}

/** Puts records of the issuer's own system behind more codes than are ever asked about at a time. */
async function mintCodes({ child }: SandboxNode, known: readonly SandboxCode[]): Promise<() => string> {
  const isTold = ({ expected }: SandboxCode) => 'status' in expected && expected.status !== 'indeterminate';
  const records = known.filter((one) => one.province === ASKED && isTold(one)).map(({ record }) => record);
  const codes = await inParallel([...Array(CODES).keys()], 8, async (n) => {
    const body = { province: ASKED, raw: records[n % records.length] };
    return (await askControl(child.ready.control, recordReplySchema, 'POST', '/records', body)).code;
  });
  let next = 0;
  return () => {
    next += 1;
    return codes[next % CODES] ?? '';
  };
}

/** The token of a gateway that was answered with it, and is remembered. */
async function askedOnce(url: string, issuer: string, asker: Asker, code: string): Promise<string> {
  const random = randomFrom(1);
  const token = await nodeToken({ issuer }, asker, random);
  const reply = await fetch(`${url}/v1/statements`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ code, purpose: 'venue_entry', nonce: freshNonce(random) }),
  });
  if (reply.status !== 200) throw new Error(`an admitted gateway is refused: ${await reply.text()}`);
  return token;
}

async function receivedBy({ child }: SandboxNode): Promise<number> {
  const requests = await askControl(child.ready.control, sandboxRequestsSchema, 'GET', '/requests');
  const last = new Map(requests.map(({ province, number }) => [province, number]));
  return [...last.values()].reduce((total, number) => total + number, 0);
}
