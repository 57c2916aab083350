import type { Manifest } from './manifest.ts';
import type { Status } from './status.ts';

/**
 * How long a colour stands where its province publishes no limit of its own, in seconds: as long as the longest mandate
 * that it could be checked under. No manifest is without a limit, for any colour.
 */
export const NATIONAL_MAX_AGE_S = 30 * 86_400;

/** The age at which a colour of this system is too old: its province's own rule, else the national one. */
export function maxAgeS({ reply }: Pick<Manifest, 'reply'>, status: Exclude<Status, 'indeterminate'>): number {
  return publishedMaxAgeS({ reply }, status) ?? NATIONAL_MAX_AGE_S;
}

/** The age that the province itself publishes; null where it publishes none. */
export function publishedMaxAgeS({ reply }: Pick<Manifest, 'reply'>, status: Status): number | null {
  return reply.validity.find((rule) => rule.status === status)?.max_age_s ?? null;
}
