import { request } from 'undici';
import { z } from 'zod';
import { askControl } from '../../adapters/sandbox/control-client.ts';
import type { ReadyMessage } from '../../adapters/sandbox/protocol.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { faultRequestSchema, recordReplySchema, type SandboxCode, sandboxCodesSchema } from '../../schemas/sandbox.ts';
import { BenchError } from './bench-error.ts';

/** Where travellers come from: two that sign behind an HMAC, one that signs behind a hash, one plain API. */
export const MIX: readonly ProvinceCode[] = ['410000', '460000', '140000', '230000'];
/** Signs, and is in no other case, so that its open breaker disturbs none. */
export const HUNG_PROVINCE: ProvinceCode = '450000';

const AT_ONCE = 16;
const VENUE = 'guangzhou-hospital';

/** The codes of one sandbox, made by its own control API without the gateway in between. */
export class SandboxSeed {
  readonly #sandbox: ReadyMessage;

  constructor(sandbox: ReadyMessage) {
    this.#sandbox = sandbox;
  }

  /** Puts `count` green records, each as fresh as the scenario's, behind new codes; dealt out to `provinces` in turn. */
  async mint(provinces: readonly ProvinceCode[], count: number): Promise<string[]> {
    const scenarios = await this.#scenarios();
    const records = provinces.map((province) => ({ province, raw: greenRecord(scenarios, province) }));
    const codes: string[] = [];
    const worker = async (first: number) => {
      for (let at = first; at < count; at += AT_ONCE) {
        const reply = await this.#control(recordReplySchema, 'POST', '/records', records[at % records.length]);
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
