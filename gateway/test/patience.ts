/**
 * How long a test waits for what must come: no claim about speed, so that a machine with much else to do does not fail it.
 * `expect.poll` waits as long unless told. A bound that is a claim stands as a number where it is claimed.
 */
export const PATIENCE_MS = 60_000;

/**
 * How long a whole test or hook may take. What it waits for has a bound of its own; this one ends what hangs elsewhere,
 * and is as far away as a starved machine may make the slowest of them.
 */
export const WHOLE_TEST_MS = 5 * PATIENCE_MS;

/** The same as the first for `vi.waitFor`. */
export const PATIENTLY = { timeout: PATIENCE_MS } as const;
