import { z } from 'zod';
import { CLOCK_SKEW_S } from '../../../schemas/clocks.ts';
import type { LocalisedText, ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { ownMember } from '../../../schemas/own-member.ts';
import { problemSchema } from '../../../schemas/problem.ts';
import type { ScanProblemCode } from '../../../schemas/texts/scan-problems.ts';
import type { FailedCheck } from '../../../schemas/texts/trust-errors.ts';
import type { AnswerTrust } from '../../trust/check-answer.ts';
import { thumbprintOf } from '../../trust/dpop-proof.ts';
import { entityIdSchema } from '../../trust/entity-claims.ts';
import { type JwkSet, jwkSetSchema } from '../../trust/public-key.ts';
import type { PassChecks } from '../../trust/recognition-pass.ts';
import { chainInResponse } from '../../trust/resolve-response.ts';
import { type CarriedTrust, unverifiedBundle, verifyTrustBundle } from '../../trust/signed-bundle.ts';
import type { TrustBundle } from '../../trust/trust-bundle.ts';
import { TrustError } from '../../trust/trust-error.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { keep, readKept } from './kept.ts';
import { scanProblem } from './outcome.ts';

const BUNDLE_WITHIN_MS = 15_000;
const CHAIN_WITHIN_MS = 5_000;
const LIST_WITHIN_MS = 3_000;
/** As long as a status list says that it may be kept (its `ttl`). */
const LIST_KEPT_MS = 60_000;

/** Who signs lists and rules of certificates is pinned like the anchor: whoever hands over a list must not say whose counts. */
const anchorSchema = z.object({
  entity_id: entityIdSchema,
  jwks: jwkSetSchema,
  credential_signers: jwkSetSchema.exactOptional(),
});
type PinnedAnchor = z.infer<typeof anchorSchema>;

/** An anchor as people compare it: RFC 7638 thumbprints of its federation keys, and of those that sign certificates' lists. */
export interface AnchorMark {
  readonly entityId: string;
  readonly thumbprints: readonly string[];
  readonly listThumbprints: readonly string[];
}

/** The anchor that this device goes by, and another one that the gateway's bundle names. */
export interface OtherAnchorView {
  readonly known: AnchorMark;
  readonly offered: AnchorMark;
}

/** What a person is told of whom this device believes. */
export interface TrustView {
  readonly carried: CarriedTrust | null;
  /** Why the bundle that the gateway gave was not taken; null where it was, or where none was to be had. */
  readonly refused: FailedCheck | null;
  /** Where the bundle that was not taken names another anchor; null where it is for something else. */
  readonly otherAnchor: OtherAnchorView | null;
  /** Why a gateway that was reached gave no bundle: what is carried counts on meanwhile; null where it gave one. */
  readonly unrefreshed: LocalisedText | null;
}

/** What certificates are decided with: the bundle's lists and rules, and the pinned keys that may sign them. */
export interface CertificateMaterial {
  readonly bundle: TrustBundle;
  readonly signers: JwkSet;
  readonly province: ProvinceCode;
}

export type PassMaterial =
  | { readonly checks: PassChecks; readonly province: ProvinceCode }
  | { readonly problem: ScanProblemCode };

/**
 * Whom this device believes: the anchor that it took the first time, and the bundle of the day. Everything in a bundle is
 * verified up to that anchor before it counts; a bundle of another anchor is refused until a person says otherwise.
 */
export class ScannerTrust {
  #anchor: PinnedAnchor | null = null;
  #carried: CarriedTrust | null = null;
  #refused: FailedCheck | null = null;
  #offered: PinnedAnchor | null = null;
  #otherAnchor: OtherAnchorView | null = null;
  #unrefreshed: LocalisedText | null = null;
  /** The latest time that anybody believed has signed: a clock that is behind it was set back. */
  #signedS = 0;
  readonly #nowS: () => number;
  readonly #lists = new Map<string, { readonly token: string; readonly atMs: number }>();

  private constructor(nowS: () => number) {
    this.#nowS = nowS;
  }

  /** With what this device has kept from before. */
  static async open(nowS: () => number): Promise<ScannerTrust> {
    const trust = new ScannerTrust(nowS);
    const [anchor, bundle, signed] = await Promise.all([
      readKept('anchor'),
      readKept('bundle'),
      readKept('signed-time'),
    ]);
    trust.#anchor = anchorSchema.safeParse(anchor === null ? null : jsonOrUndefined(anchor)).data ?? null;
    trust.#signedS = Number(signed ?? 0) || 0;
    if (bundle !== null && trust.#anchor !== null) await trust.#take(bundle, trust.#anchor).catch(onlyTrustErrors);
    return trust;
  }

  get view(): TrustView {
    return {
      carried: this.#carried,
      refused: this.#refused,
      otherAnchor: this.#otherAnchor,
      unrefreshed: this.#unrefreshed,
    };
  }

  /** Gets today's bundle, signed by the gateway of `destination` where one is named. False: the gateway was not reached. */
  async refresh(destination: ProvinceCode | null): Promise<boolean> {
    return await this.#refresh(destination, this.#anchor);
  }

  async #refresh(destination: ProvinceCode | null, pinned: PinnedAnchor | null): Promise<boolean> {
    const query = destination === null ? '' : `?destination=${destination}`;
    const reply = await askOwnGateway(`/v1/trust-bundle${query}`, {}, BUNDLE_WITHIN_MS);
    if (reply === null) return false;
    this.#unrefreshed = reply.status === 200 ? null : problemText(reply.text);
    if (this.#unrefreshed !== null) return true;
    try {
      await this.#take(reply.text.trim(), pinned);
      await keep('bundle', reply.text.trim());
    } catch (error) {
      const { code, clockOffS } = onlyTrustErrors(error);
      await this.#noteOffered(reply.text.trim(), clockOffS === undefined);
      this.#refused = { code, ...(clockOffS === undefined ? {} : { clock_off_s: clockOffS }) };
    }
    return true;
  }

  /**
   * A person has compared the other anchor by another way: a bundle of that very one is believed from now on, and of no
   * third one that the gateway names meanwhile.
   */
  async takeOtherAnchor(destination: ProvinceCode | null): Promise<void> {
    if (this.#offered !== null) await this.#refresh(destination, this.#offered);
  }

  /** A bundle that was not taken: whether it is of another anchor. One from another time tells nothing of whose it is. */
  async #noteOffered(token: string, isTimely: boolean): Promise<void> {
    const [known, bundle] = [this.#anchor, isTimely ? unverifiedBundle(token) : null];
    this.#offered = bundle === null ? null : anchorSchema.parse(bundle);
    this.#otherAnchor = null;
    if (known === null || this.#offered === null) return;
    const view = { known: await markOf(known), offered: await markOf(this.#offered) };
    const isOther =
      view.known.entityId !== view.offered.entityId || `${view.known.thumbprints}` !== `${view.offered.thumbprints}`;
    if (isOther) this.#otherAnchor = view;
    else this.#offered = null;
  }

  /** What answers are checked against. Chains from the bundle first; one that is not in it is asked for, and proves itself. */
  get answers(): AnswerTrust {
    return {
      anchor: this.#anchor,
      chainOf: async (entityId) => this.#carriedChain(entityId) ?? (await chainFromGateway(entityId)),
      historicalKeysOf: (entityId) => this.#historicalKeys(entityId),
    };
  }

  /** What a pass is verified with, or why none can be. A bundle that has lapsed, and a clock set back, are no ground. */
  passes(): PassMaterial {
    const standing = this.#standing();
    if ('problem' in standing) return standing;
    const { anchor, carried, atS } = standing;
    return {
      province: carried.province,
      checks: { ...this.answers, anchor, atS, statusListOf: (uri) => this.#statusList(uri) },
    };
  }

  /** What certificates that holders carry are decided with, or why none can be. */
  certificates(): CertificateMaterial | { readonly problem: ScanProblemCode } {
    const standing = this.#standing();
    if ('problem' in standing) return standing;
    const { anchor, carried } = standing;
    return { bundle: carried.bundle, province: carried.province, signers: anchor.credential_signers ?? { keys: [] } };
  }

  #standing():
    | { readonly anchor: PinnedAnchor; readonly carried: CarriedTrust; readonly atS: number }
    | { readonly problem: ScanProblemCode } {
    const atS = this.#nowS();
    if (this.#carried === null || this.#anchor === null) return { problem: 'bundle_missing' };
    if (atS + CLOCK_SKEW_S < this.#signedS) return { problem: 'clock_behind' };
    if (atS >= this.#carried.expS) return { problem: 'bundle_lapsed' };
    return { anchor: this.#anchor, carried: this.#carried, atS };
  }

  /** Somebody believed has signed that it was this late; kept, so that a clock cannot be set back behind it. */
  noteSigned(atS: number): void {
    if (atS <= this.#signedS) return;
    this.#signedS = atS;
    void keep('signed-time', String(atS));
  }

  async #take(token: string, pinned: PinnedAnchor | null): Promise<void> {
    const carried = await verifyTrustBundle(token, { pinned, atS: this.#nowS() });
    if (pinned === null || pinned !== this.#anchor) {
      this.#anchor = pinned ?? anchorSchema.parse(carried.bundle);
      await keep('anchor', JSON.stringify(this.#anchor));
    }
    this.#carried = carried;
    this.#refused = null;
    this.#offered = null;
    this.#otherAnchor = null;
    this.noteSigned(carried.iatS);
  }

  #carriedChain(entityId: string): readonly string[] | undefined {
    return this.#carried === null ? undefined : ownMember(this.#carried.bundle.chains, entityId);
  }

  #historicalKeys(entityId: string): string | null {
    return (this.#carried === null ? undefined : ownMember(this.#carried.bundle.historical_keys, entityId)) ?? null;
  }

  /** The list of today where it can be had, from the page's own gateway alone; else the bundle's, while it stands. */
  async #statusList(uri: string): Promise<string | null> {
    const kept = this.#lists.get(uri);
    if (kept !== undefined && performance.now() - kept.atMs < LIST_KEPT_MS) return kept.token;
    const url = URL.parse(uri);
    const reply = url?.origin === location.origin ? await askOwnGateway(url.pathname, {}, LIST_WITHIN_MS) : null;
    if (reply?.status === 200) {
      // Lists are few; whoever shows passes of many made-up ones fills nothing.
      if (this.#lists.size >= 64) this.#lists.clear();
      this.#lists.set(uri, { token: reply.text.trim(), atMs: performance.now() });
      return reply.text.trim();
    }
    return (this.#carried === null ? undefined : ownMember(this.#carried.bundle.status_lists, uri)) ?? null;
  }
}

/** In an order of their own: the same keys in another order are the same anchor. */
async function markOf({ entity_id: entityId, jwks, credential_signers: signers }: PinnedAnchor): Promise<AnchorMark> {
  const [thumbprints, listThumbprints] = await Promise.all(
    [jwks.keys, signers?.keys ?? []].map(async (keys) => (await Promise.all(keys.map(thumbprintOf))).sort()),
  );
  return { entityId, thumbprints: thumbprints ?? [], listThumbprints: listThumbprints ?? [] };
}

async function chainFromGateway(entityId: string): Promise<readonly string[]> {
  const reply = await askOwnGateway(`/federation/resolve?sub=${encodeURIComponent(entityId)}`, {}, CHAIN_WITHIN_MS);
  if (reply?.status !== 200) throw new TrustError('fetch_failed', 'no chain for that entity could be fetched');
  return chainInResponse(reply.text.trim());
}

/** As the gateway's own words have it. */
function problemText(body: string): LocalisedText {
  return problemSchema.safeParse(jsonOrUndefined(body)).data?.text ?? scanProblem('reply_unreadable').text;
}

function onlyTrustErrors(error: unknown): TrustError {
  if (error instanceof TrustError) return error;
  throw error;
}
