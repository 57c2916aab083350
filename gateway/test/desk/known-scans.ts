import { askControl } from '../../../adapters/sandbox/control-client.ts';
import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { type SandboxCode, sandboxCodesSchema } from '../../../schemas/sandbox.ts';
import type { BatchReply, VenueClient } from '../../client/client.ts';
import { VenueClient as Client } from '../../client/client.ts';
import type { Nation, RunningProvince } from '../../sandbox/nation/nation.ts';
import { venueSettings } from '../../sandbox/nation/venue.ts';

/** How often a scenario is drawn: what a day is like, with every kind of outcome in it. */
const DRAWN: ReadonlyMap<string, number> = new Map([
  ['green', 70],
  ['yellow', 8],
  ['red', 6],
  ['red-without-ground', 5],
  ['undocumented-value', 4],
  ['expired', 5],
  ['green-four-days-old', 2],
]);

/** A code with what must come of it at any venue of another province. */
export interface KnownScan {
  readonly issuer: ProvinceCode;
  readonly code: string;
  readonly expected: string;
}

/** Draws scans of other provinces' codes at one destination: the same sequence gives the same scans. */
export class KnownScans {
  readonly #of: ReadonlyMap<ProvinceCode, readonly KnownScan[]>;
  readonly #random: () => number;

  private constructor(of: ReadonlyMap<ProvinceCode, readonly KnownScan[]>, random: () => number) {
    this.#of = of;
    this.#random = random;
  }

  static async read({ provinces }: Nation, random: () => number): Promise<KnownScans> {
    const of = new Map<ProvinceCode, readonly KnownScan[]>();
    for (const [issuer, { system }] of provinces) {
      const codes = await askControl(system.ready.control, sandboxCodesSchema, 'GET', '/codes');
      of.set(
        issuer,
        codes.flatMap((code) => Array.from({ length: DRAWN.get(code.scenario) ?? 0 }, () => knownScan(issuer, code))),
      );
    }
    return new KnownScans(of, random);
  }

  /** `from`: the provinces whose codes are shown. */
  drawn(destination: ProvinceCode, n: number, from: readonly ProvinceCode[]): KnownScan[] {
    const issuers = from.filter((issuer) => issuer !== destination);
    return Array.from({ length: n }, () => {
      const scans = this.#of.get(this.#oneOf(issuers)) ?? [];
      return this.#oneOf(scans);
    });
  }

  #oneOf<T>(members: readonly T[]): T {
    const one = members[Math.floor(this.#random() * members.length)];
    if (one === undefined) throw new Error('there is nothing to draw from');
    return one;
  }
}

function knownScan(issuer: ProvinceCode, { code, expected }: SandboxCode): KnownScan {
  return {
    issuer,
    code,
    expected: 'problem' in expected ? expected.problem : `${expected.status} ${expected.decision}`,
  };
}

/** What came of a scan, in the words of `KnownScan.expected`. */
export function outcomeOf(result: BatchReply['results'][number]): string {
  return 'decision' in result ? `${result.status} ${result.decision}` : result.code;
}

/** The venue of a province, as its scanner. */
export function venueClient(nation: Nation, province: RunningProvince): VenueClient {
  const { HUREN_URL, HUREN_CLIENT_ID, HUREN_CLIENT_SECRET, HUREN_TOKEN_ENDPOINT } = venueSettings(nation, province);
  return new Client({
    gateway: HUREN_URL ?? '',
    clientId: HUREN_CLIENT_ID ?? '',
    clientSecret: HUREN_CLIENT_SECRET ?? '',
    tokenEndpoint: HUREN_TOKEN_ENDPOINT ?? '',
  });
}
