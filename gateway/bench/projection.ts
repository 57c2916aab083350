/** What one scan costs the nation's gateways, in microseconds of processor time. */
export interface ScanCosts {
  /** From memory, at the venue's gateway. */
  readonly repeatUs: number;
  /** Asked of the issuer's node, at the venue's gateway. */
  readonly destinationUs: number;
  /** The same at the issuer's node. */
  readonly issuerUs: number;
}

/** Cores that a number of scans a second needs. */
export interface Cores {
  readonly repeatedShare: number;
  readonly destination: number;
  readonly issuer: number;
  readonly all: number;
}

/** What is kept free for surges, collections and the operating system. */
export const USED_SHARE = 0.7;

/** Scans a second of one core, as far as it may be used. */
export function perCore(costUs: number): number {
  return (1_000_000 * USED_SHARE) / costUs;
}

/**
 * Cores of all gateways and of all nodes for so many scans a second, where `repeatedShare` of them are answered from
 * memory.
 */
export function coresFor(scansPerSecond: number, costs: ScanCosts, repeatedShare: number): Cores {
  const { repeatUs, destinationUs, issuerUs } = costs;
  const asked = 1 - repeatedShare;
  const destination = scansPerSecond / perCore(repeatedShare * repeatUs + asked * destinationUs);
  const issuer = asked === 0 ? 0 : scansPerSecond / perCore(asked * issuerUs);
  return { repeatedShare, destination, issuer, all: destination + issuer };
}

/** Bytes that hold the answers of the last `livesS` seconds. */
export function bytesRemembered(newPerSecond: number, livesS: number, bytesPerEntry: number): number {
  return newPerSecond * livesS * bytesPerEntry;
}
