const STORE = 'huren-scan-trust';

/** What this device keeps between visits: whom it trusts and until when. Nothing about a person or a scan. */
type Kept = 'anchor' | 'bundle' | 'signed-time';

const addressOf = (name: Kept) => `/scan/kept/${name}`;

/** What was kept under a name; null where nothing was, or where this browser keeps nothing. */
export async function readKept(name: Kept): Promise<string | null> {
  if (!('caches' in globalThis)) return null;
  const found = await (await caches.open(STORE)).match(addressOf(name));
  return (await found?.text()) ?? null;
}

export async function keep(name: Kept, text: string): Promise<void> {
  if (!('caches' in globalThis)) return;
  await (await caches.open(STORE)).put(addressOf(name), new Response(text));
}
