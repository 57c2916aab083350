import { request } from 'undici';
import { z } from 'zod';
import { askControl } from '../../adapters/sandbox/control-client.ts';
import type { ReadyMessage } from '../../adapters/sandbox/protocol.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { faultRequestSchema, recordReplySchema, type SandboxCode, sandboxCodesSchema } from '../../schemas/sandbox.ts';
import { BenchError } from './bench-error.ts';

/** Where travellers come from: two that sign behind an HMAC, one that signs behind a hash. Every one of them signs. */
export const SIGNED: readonly ProvinceCode[] = ['410000', '460000', '140000'];
/** A plain API, whose answers nobody signed. */
export const PLAIN: readonly ProvinceCode[] = ['230000'];
export const MIX: readonly ProvinceCode[] = [...SIGNED, ...PLAIN];
/** Signs, and is in no other case, so that its open breaker disturbs none. */
export const HUNG_PROVINCE: ProvinceCode = '450000';

const AT_ONCE = 16;
const VENUE = 'guangzhou-hospital';

/** What only a sandbox's own control API can do: codes of systems that are not replayed, faults, a venue's token. */
export class SandboxSeed {
  readonly #sandbox: ReadyMessage;

  constructor(sandbox: ReadyMessage) {
    this.#sandbox = sandbox;
  }

  /** Puts `count` green records of a system that is not replayed, each as fresh as the scenario's, behind new codes. */
  async mint(province: ProvinceCode, count: number): Promise<string[]> {
    const raw = greenRecord(await this.#scenarios(), province);
    const codes: string[] = [];
    const worker = async (first: number) => {
      for (let at = first; at < count; at += AT_ONCE) {
        const reply = await this.#control(recordReplySchema, 'POST', '/records', { province, raw });
        codes[at] = reply.code;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, first) => worker(first)));
    return codes;
  }

  async setHanging(province: ProvinceCode, hanging: boolean): Promise<void> {
    await this.#control(faultRequestSchema, 'PUT', '/faults', { province, fault: hanging ? { hang: true } : null });
  }

  /** An access token of the venue that asks. */
  async venueToken(): Promise<string> {
    const venue = this.#sandbox.venues.find((candidate) => candidate.venue === VENUE);
    if (venue === undefined) throw new BenchError('not_seeded', `the sandbox has no venue ${VENUE}`);
    const { body } = await request(venue.token_endpoint, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${venue.client_id}:${venue.client_secret}`)}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }).toString(),
    });
    return z.object({ access_token: z.string() }).parse(await body.json()).access_token;
  }

  async #scenarios(): Promise<SandboxCode[]> {
    return await this.#control(sandboxCodesSchema, 'GET', '/codes');
  }

  #control<T extends z.ZodType>(schema: T, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) {
    return askControl(this.#sandbox.control, schema, method, path, body).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : 'unknown';
      throw new BenchError('not_seeded', `the sandbox refused ${method} ${path}: ${why}`, { cause });
    });
  }
}

function greenRecord(scenarios: readonly SandboxCode[], province: ProvinceCode): SandboxCode['record'] {
  const green = scenarios.find((one) => one.province === province && one.scenario === 'green');
  if (green === undefined || green.record === null) {
    throw new BenchError('not_seeded', `${province} has no green scenario`);
  }
  return green.record;
}
