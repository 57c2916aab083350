/**
 * When a client asks for too many codes that no province knows: whoever guesses codes meets hardly any others, a busy venue
 * one in some dozens. Counted over ten minutes, all instances together. Of a client's codes at a province those count that
 * are unknown there beyond twice the share that is usual among other clients, so that nobody is held for a province that has
 * lost its records. Published: a rule that nobody knows cannot be kept.
 */
export const UNKNOWN_CODES_RULE = {
  windowS: 600,
  /** Too many to be asked freely: one code a second from then on, until the ten minutes are over. */
  slowedFrom: 30,
  /** Too many to be asked at all, for ten minutes. */
  stoppedFrom: 100,
  /** And they are at least this share of what the client asked its provinces. */
  share: 0.5,
  /** Another client says what is usual at a province from so many codes there on; each that does counts the same. */
  usualFrom: 10,
  /** With fewer such clients nothing is usual: two that guess must not excuse each other. */
  usualClients: 2,
} as const;
