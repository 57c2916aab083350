/** How far two honest clocks may be apart: nothing signed is refused for being this much early. */
export const CLOCK_SKEW_S = 60;
/** Before the first health code nobody can have had a status: an as-of time before this is in a wrong unit or made up. */
export const EARLIEST_AS_OF_S = Date.parse('2020-02-01T00:00:00+08:00') / 1000;
/** A province's clock may run ahead of ours by this much; a status from further ahead is not believed. */
export const MAX_AS_OF_AHEAD_S = 120;

/** The second that an RFC 3339 instant is in, epoch seconds. */
export function secondOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000);
}
