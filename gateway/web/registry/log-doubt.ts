import { useEffect, useState } from 'preact/hooks';
import { adapterIdOf } from '../../../schemas/adapter-id.ts';
import type { AdapterView } from '../../../schemas/registry-views.ts';
import type { LogFault } from '../../../schemas/texts/registry.ts';
import { adapterProofs } from './claims.ts';
import type { RegistryView } from './registry-view.ts';

interface Found {
  readonly disproved: ReadonlySet<string>;
  readonly fault: LogFault | null;
}
const NOTHING: Found = { disproved: new Set(), fault: null };

/**
 * Why the log is in doubt, if it is: its head is not believed, or entries under it do not hold. `adapters`: whose entries are
 * held against the log, before anybody has opened one. `disproved`: the ids of those of which the log proves something else.
 * `onUnsigned`: to be told whether the history has entries that nobody known has signed.
 */
export function useLogDoubt(view: RegistryView | null, adapters: readonly AdapterView[]) {
  const [found, setFound] = useState<Found>(NOTHING);
  const [isUnsigned, setUnsigned] = useState(false);
  const log = view?.log ?? null;
  // The registry is read again and again, and seldom says anything else.
  const claimed = JSON.stringify(adapters.map(({ suspended, versions }) => [suspended, versions]));
  useEffect(() => {
    let isShown = true;
    if (view === null || log === null) setFound(NOTHING);
    else {
      void entriesFound(adapters, view, log).then((settled) => {
        if (isShown) setFound(settled);
      });
    }
    return () => {
      isShown = false;
    };
    // What could not be read is read again with whatever is read next.
  }, [log, claimed, found.fault === 'unreadable' ? view : null]);
  return {
    fault: headFault(view) ?? (isUnsigned ? 'entries' : found.fault),
    disproved: found.disproved,
    onUnsigned: setUnsigned,
  };
}

function headFault(view: RegistryView | null): LogFault | null {
  return view !== null && 'fault' in view.standing ? view.standing.fault : null;
}

async function entriesFound(
  adapters: readonly AdapterView[],
  { keyOf }: RegistryView,
  log: NonNullable<RegistryView['log']>,
): Promise<Found> {
  const found = await Promise.all(
    adapters.map(async (adapter) => ({ id: adapterIdOf(adapter), ...(await adapterProofs(adapter, log, keyOf)) })),
  );
  const isFalse = found.some((one) => one.isFalse);
  const isUnread = found.some((one) => one.isUnread);
  return {
    disproved: new Set(found.flatMap(({ id, isDisproved }) => (isDisproved ? [id] : []))),
    fault: isFalse ? 'entries' : isUnread ? 'unreadable' : null,
  };
}
