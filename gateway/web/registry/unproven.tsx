import { createContext } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { AdapterView } from '../../../schemas/registry-views.ts';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { isAdapterProved } from './claims.ts';
import type { RegistryView } from './registry-view.ts';

/** Told by each mark whether the log disproves it. `claim`: a name of its own within its box. */
type Watch = (claim: string, isDisproved: boolean) => void;

/** Who is told in the box that a mark stands in. */
export const Watched = createContext<Watch>(() => undefined);

/** The marks in a box that the log does not prove, by the names of their claims. */
export function useUnproven(): { readonly unproven: ReadonlySet<string>; readonly watch: Watch } {
  const [unproven, setUnproven] = useState<ReadonlySet<string>>(new Set());
  const watch = useCallback<Watch>((claim, isDisproved) => {
    setUnproven((before) => {
      if (before.has(claim) === isDisproved) return before;
      return new Set(isDisproved ? [...before, claim] : [...before].filter((known) => known !== claim));
    });
  }, []);
  return { unproven, watch };
}

/** Whether the log disproves anything that is claimed about an adapter, before anybody has opened it. */
export function useDisproved(adapter: AdapterView, { log, keyOf }: RegistryView): boolean {
  const [isDisproved, setDisproved] = useState(false);
  // The registry is read again and again, and seldom says anything else.
  const claimed = JSON.stringify([adapter.suspended, adapter.versions]);
  useEffect(() => {
    let isShown = true;
    const settle = (isProved: boolean) => {
      if (isShown) setDisproved(!isProved);
    };
    if (log === null) settle(true);
    else void isAdapterProved(adapter, log, keyOf).then(settle);
    return () => {
      isShown = false;
    };
  }, [log, claimed]);
  return isDisproved;
}

/** Beside the name of what is claimed, where the log does not prove it. */
export function UnprovenBadge() {
  return <span class="badge unproven">✗ {say(REGISTRY_TEXTS.unproven)}</span>;
}
