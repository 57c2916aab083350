/**
 * Keeps this page working without a network, where browsers allow it (https, or this machine). `onUpdate`: another
 * version has taken over, and this page still runs the one before. Gives a way to look for one.
 */
export async function keepInstalled(onUpdate: () => void): Promise<() => void> {
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined) return () => {};
  // The very first worker takes over a page of its own version.
  const isFirst = serviceWorker.controller === null;
  let seen = isFirst ? 0 : 1;
  serviceWorker.addEventListener('controllerchange', () => {
    seen += 1;
    if (seen > 1) onUpdate();
  });
  const registration = await serviceWorker.register('/web/service-worker.js', { scope: '/scan' }).catch(() => null);
  return () => void registration?.update().catch(() => {});
}
