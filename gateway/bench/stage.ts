import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { z } from 'zod';
import { readyMessageSchema } from '../../adapters/sandbox/protocol.ts';
import { verificationReplySchema } from '../../schemas/verification.ts';
import { portFreeOn } from '../sandbox/nation/free-port.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { BenchError } from './bench-error.ts';
import type { Asked } from './case-plans.ts';
import { type Child, type ChildStart, startChild } from './child.ts';
import type { Cleanup } from './cleanup.ts';
import { type Mint, movedTo, Replay, type ReplayedNation } from './replay.ts';
import { replayReadySchema } from './replay-job.ts';
import { MIX, SandboxSeed, SIGNED } from './sandbox-seed.ts';

const gatewayReadySchema = z.strictObject({ url: z.url(), sandbox: readyMessageSchema });
const serverReadySchema = z.strictObject({ url: z.url() });

const LOOPBACK = '127.0.0.1';
/** One client plays every venue and every gateway: it may ask as fast as it can, but is counted like any other. */
const UNLIMITED = { HUREN_CLIENT_RATE: '1000000', HUREN_PROVINCE_RATE: '1000000' };

/** Where a nation will be, told to everybody before it is there. */
interface Place {
  readonly dataDir: string;
  readonly port: number;
  readonly base: string;
}

/** A gateway with the replayed provinces behind it, and a venue's token for it. */
export interface StagedGateway {
  readonly server: Child<z.output<typeof gatewayReadySchema>>;
  readonly seed: SandboxSeed;
  readonly token: string;
  readonly dataDir: string;
  readonly mint: Mint;
}

/** A gateway that asks its provinces' issuer, a node of its own, in place of their systems. */
export interface StagedFederation {
  readonly destination: StagedGateway;
  readonly issuer: Child<z.output<typeof serverReadySchema>>;
}

type Server = Child<z.output<typeof serverReadySchema>>;

/** A server that does the gateway's work, or less of it, by hand. */
export type PeerName = Extract<Asked, 'bare' | 'proxy' | 'fast' | 'handwritten'>;

/** The processes of a benchmark. Each starts when it is first asked for, and stays up so that the cases can take turns. */
export interface Stage {
  readonly gateway: () => Promise<StagedGateway>;
  readonly second: () => Promise<StagedGateway>;
  readonly federation: () => Promise<StagedFederation>;
  readonly peer: (name: PeerName) => Promise<Server>;
  readonly verifier: () => Promise<Child<unknown>>;
  readonly replay: Replay;
  readonly client: Child<unknown>;
}

/** Opens a stage. What was started is in `cleanup`, also when this or a later start throws. */
export async function openStage(cleanup: Cleanup): Promise<Stage> {
  function start<R extends z.ZodType>(settings: ChildStart<R>): Promise<Child<z.output<R>>> {
    return cleanup.start(() => startChild(settings));
  }
  function makeDataDir(): string {
    const dataDir = mkdtempSync(join(tmpdir(), 'huren-bench-'));
    cleanup.add(() => rmSync(dataDir, { recursive: true, force: true }));
    return dataDir;
  }
  async function placeNation(): Promise<Place> {
    const port = await portFreeOn([LOOPBACK], null);
    return { dataDir: makeDataDir(), port, base: `http://${LOOPBACK}:${port}` };
  }
  async function startGateway({ dataDir, port }: Place, { origins, mint }: ReplayedNation): Promise<StagedGateway> {
    const settings = { HUREN_PORT: String(port), HUREN_HOST: LOOPBACK, HUREN_DATA_DIR: dataDir };
    const env = { ...settings, ...UNLIMITED };
    const server = await start({ file: 'gateway-server.ts', settings: { origins }, ready: gatewayReadySchema, env });
    const seed = new SandboxSeed(server.ready.sandbox);
    return { server, seed, token: await seed.venueToken(), dataDir, mint };
  }
  async function startFederation(place: Place, nation: ReplayedNation): Promise<StagedFederation> {
    // Its registry tries what is submitted on the systems themselves; from then on the issuer alone asks them.
    const destination = await startGateway(place, { ...nation, origins: {} });
    const { url, sandbox } = destination.server.ready;
    const port = await portFreeOn([LOOPBACK], null);
    const issuer = await start({
      file: 'issuer-server.ts',
      settings: {
        nation: { url, base: url, dataDir: destination.dataDir, systems: movedTo(nation.origins, sandbox) },
        issuer: { provinces: MIX, dataDir: makeDataDir(), port, publicUrl: `http://${LOOPBACK}:${port}` },
      },
      ready: serverReadySchema,
      env: UNLIMITED,
    });
    return { destination, issuer };
  }

  const places = [await placeNation(), await placeNation(), await placeNation()] as const;
  const nations = places.map(({ dataDir, base }) => ({ dataDir, base }));
  const replaying = { file: 'replay-server.ts', settings: { provinces: MIX, nations }, ready: replayReadySchema };
  const replay = new Replay(await start(replaying));
  const client = await start({ file: 'load-client.ts', settings: null, ready: z.unknown() });
  const gateway = once(() => startGateway(places[0], replay.nation(0)));
  const answer = once(async () => await signedAnswer(await gateway()));
  const peerBeside = (file: string) =>
    once(async () => {
      const { url, sandbox } = (await gateway()).server.ready;
      return await start({ file, settings: { audience: url, sandbox }, ready: serverReadySchema });
    });
  const peers = {
    bare: once(async () => {
      return await start({ file: 'bare-server.ts', settings: { body: await answer() }, ready: serverReadySchema });
    }),
    proxy: peerBeside('proxy-server.ts'),
    fast: peerBeside('fast-server.ts'),
    handwritten: peerBeside('handwritten-server.ts'),
  };
  return {
    gateway,
    second: once(() => startGateway(places[1], replay.nation(1))),
    federation: once(() => startFederation(places[2], replay.nation(2))),
    peer: (name) => peers[name](),
    verifier: once(async () => {
      // What a gateway in sandbox mode leaves beside its keys, so that its answers can be verified offline.
      const bundle = readFileSync(join((await gateway()).dataDir, 'trust-bundle.json'), 'utf8');
      const { attestation, evidence } = verificationReplySchema.parse(JSON.parse(await answer()));
      const trust = trustBundleSchema.parse(JSON.parse(bundle));
      const settings = { presented: { attestation, evidence }, trust };
      return await start({ file: 'offline-verifier.ts', settings, ready: z.unknown() });
    }),
    replay,
    client,
  };
}

/** Starts everything at the same time. */
export async function startEverything({ gateway, second, federation, peer, verifier }: Stage): Promise<void> {
  await Promise.all([gateway(), second(), federation()]);
  await Promise.all([peer('bare'), peer('proxy'), peer('fast'), peer('handwritten'), verifier()]);
}

function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | null = null;
  return () => {
    started ??= start();
    return started;
  };
}

/** One reply of the gateway as bytes: with the province's statement, as every cold answer has it. */
async function signedAnswer({ server, mint, token }: StagedGateway): Promise<string> {
  const [code] = await mint(SIGNED, 1);
  const reply = await request(`${server.ready.url}/v1/verifications`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code, purpose: 'medical_visit' }),
  });
  const text = await reply.body.text();
  if (reply.statusCode !== 200) throw new BenchError('wrong_replies', `the gateway did not answer: ${text}`);
  return text;
}
