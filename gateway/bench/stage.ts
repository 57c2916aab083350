import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { z } from 'zod';
import { readyMessageSchema } from '../../adapters/sandbox/protocol.ts';
import { verificationReplySchema } from '../../schemas/verification.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { BenchError } from './bench-error.ts';
import { type Child, type ChildStart, startChild } from './child.ts';
import { SandboxSeed } from './sandbox-seed.ts';

const gatewayReadySchema = z.strictObject({ url: z.url(), sandbox: readyMessageSchema });
const serverReadySchema = z.strictObject({ url: z.url() });

/** A gateway with the simulated provinces behind it, and a venue's token for it. */
export interface StagedGateway {
  readonly server: Child<z.output<typeof gatewayReadySchema>>;
  readonly seed: SandboxSeed;
  readonly token: string;
  readonly dataDir: string;
}

/** Every process of a benchmark. They stay up from first to last, so that the cases can take turns. */
export interface Stage {
  readonly gateway: StagedGateway;
  readonly second: StagedGateway;
  readonly handwritten: Child<z.output<typeof serverReadySchema>>;
  readonly bare: Child<z.output<typeof serverReadySchema>>;
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
  async function startGateway(): Promise<StagedGateway> {
    const dataDir = mkdtempSync(join(tmpdir(), 'huren-bench-'));
    cleanup.add(() => rmSync(dataDir, { recursive: true, force: true }));
    const settings = { HUREN_PORT: '0', HUREN_HOST: '127.0.0.1', HUREN_DATA_DIR: dataDir };
    // One client plays every venue: it may ask as fast as it can, but is counted like any other.
    const env = { ...settings, HUREN_CLIENT_RATE: '1000000', HUREN_PROVINCE_RATE: '1000000' };
    const server = await start({ file: 'gateway-server.ts', settings: {}, ready: gatewayReadySchema, env });
    const seed = new SandboxSeed(server.ready.sandbox);
    return { server, seed, token: await seed.venueToken(), dataDir };
  }

  const [gateway, second, client] = await Promise.all([
    startGateway(),
    startGateway(),
    start({ file: 'load-client.ts', settings: null, ready: z.unknown() }),
  ]);
  const { url, sandbox } = gateway.server.ready;
  // What a gateway in sandbox mode leaves beside its keys, so that its answers can be verified offline.
  const trust = trustBundleSchema.parse(JSON.parse(readFileSync(join(gateway.dataDir, 'trust-bundle.json'), 'utf8')));
  const answer = await signedAnswer(gateway);
  const { attestation, evidence } = verificationReplySchema.parse(JSON.parse(answer));
  const [handwritten, bare, verifier] = await Promise.all([
    start({ file: 'handwritten-server.ts', settings: { audience: url, sandbox }, ready: serverReadySchema }),
    start({ file: 'bare-server.ts', settings: { body: answer }, ready: serverReadySchema }),
    start({
      file: 'offline-verifier.ts',
      settings: { presented: { attestation, evidence }, trust },
      ready: z.unknown(),
    }),
  ]);
  return { gateway, second, handwritten, bare, client, verifier };
}

/** One reply of the gateway as bytes: with the province's statement, so that it is of the common length. */
async function signedAnswer({ server, seed, token }: StagedGateway): Promise<string> {
  const [code] = await seed.mint(['410000'], 1);
  const reply = await request(`${server.ready.url}/v1/verifications`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code, purpose: 'medical_visit' }),
  });
  const text = await reply.body.text();
  if (reply.statusCode !== 200) throw new BenchError('wrong_replies', `the gateway did not answer: ${text}`);
  return text;
}
