/** How long a process for which another one goes may take until what it answers can be relied on. */
const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** Waits until answers can be relied on. Throws with the reasons why they cannot: then who was there before goes on. */
export async function becomesReady(
  readiness: () => { readonly ready: boolean; readonly reasons: readonly string[] },
): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const { ready, reasons } = readiness();
    if (ready) return;
    if (performance.now() > untilMs)
      throw new Error(`not ready within ${READY_WITHIN_MS / 1000} s: ${reasons.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
