/**
 * How long a test waits for what must come: no claim about speed, so that a machine with much else to do does not fail it.
 * `expect.poll` waits as long unless told. A bound that is a claim stands as a number where it is claimed.
 */
export const PATIENCE_MS = 60_000;

/** The same for `vi.waitFor`. */
export const PATIENTLY = { timeout: PATIENCE_MS } as const;
