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
import { type Child, type ChildStart, startChild } from './child.ts';
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

/** Servers that do the gateway's work, or less of it, by hand. */
export interface Peers {
  readonly bare: Child<z.output<typeof serverReadySchema>>;
  readonly proxy: Child<z.output<typeof serverReadySchema>>;
  readonly fast: Child<z.output<typeof serverReadySchema>>;
  readonly handwritten: Child<z.output<typeof serverReadySchema>>;
}

/** Every process of a benchmark. They stay up from first to last, so that the cases can take turns. */
export interface Stage {
  readonly gateway: StagedGateway;
  readonly second: StagedGateway;
  readonly federation: StagedFederation;
  readonly peers: Peers;
  readonly replay: Replay;
  readonly client: Child<unknown>;
  readonly verifier: Child<unknown>;
}

/** Stops what was started, in reverse, and removes what it wrote. */
export class Cleanup {
  readonly #starting: Promise<unknown>[] = [];
  readonly #steps: (() => Promise<void> | void)[] = [];
  #over = false;

  /** Starts something that stops with the rest. Throws BenchError `interrupted` once the end has begun. */
  async start<T extends { readonly stop: () => Promise<void> }>(starting: () => Promise<T>): Promise<T> {
    if (this.#over) throw new BenchError('interrupted', 'interrupted');
    const started = starting().then((one) => {
      this.#steps.push(one.stop);
      return one;
    });
    this.#starting.push(started.catch(() => undefined));
    return await started;
  }

  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** Waits for what is still coming up: cut off half-way, it would leave its own children and files behind. */
  async run(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#starting);
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

/** Starts every process. What was started is in `cleanup`, also when this throws. */
export async function setStage(cleanup: Cleanup): Promise<Stage> {
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
  const [gateway, second, federation, client] = await Promise.all([
    startGateway(places[0], replay.nation(0)),
    startGateway(places[1], replay.nation(1)),
    startFederation(places[2], replay.nation(2)),
    start({ file: 'load-client.ts', settings: null, ready: z.unknown() }),
  ]);
  const { url, sandbox } = gateway.server.ready;
  // What a gateway in sandbox mode leaves beside its keys, so that its answers can be verified offline.
  const trust = trustBundleSchema.parse(JSON.parse(readFileSync(join(gateway.dataDir, 'trust-bundle.json'), 'utf8')));
  const answer = await signedAnswer(gateway);
  const { attestation, evidence } = verificationReplySchema.parse(JSON.parse(answer));
  const presented = { attestation, evidence };
  const peer = (file: string) => start({ file, settings: { audience: url, sandbox }, ready: serverReadySchema });
  const [bare, proxy, fast, handwritten, verifier] = await Promise.all([
    start({ file: 'bare-server.ts', settings: { body: answer }, ready: serverReadySchema }),
    peer('proxy-server.ts'),
    peer('fast-server.ts'),
    peer('handwritten-server.ts'),
    start({ file: 'offline-verifier.ts', settings: { presented, trust }, ready: z.unknown() }),
  ]);
  return { gateway, second, federation, peers: { bare, proxy, fast, handwritten }, replay, client, verifier };
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
