import { useEffect, useMemo, useState } from 'preact/hooks';
import { type FeedState, RegistryFeed } from './registry-feed.ts';
import type { RegistryView } from './registry-view.ts';
import { timeText } from './words.ts';

/**
 * The registry, anew whenever its log grows. `state`: null until it was read, or was not. `lostAt`: when it was read last, in
 * words, while it cannot be read; null while it can, and before it ever was.
 */
export function useRegistry() {
  const [view, setView] = useState<RegistryView | null>(null);
  const [state, setState] = useState<FeedState | null>(null);
  const [readAtMs, setReadAtMs] = useState(0);
  const onView = (found: RegistryView) => {
    setView(found);
    setReadAtMs(Date.now());
  };
  const feed = useMemo(() => new RegistryFeed(onView, setState), []);
  useEffect(() => () => feed.stop(), [feed]);
  const lostAt = state === 'lost' && view !== null ? timeText(new Date(readAtMs).toISOString()) : null;
  return { view, state, lostAt, read: () => void feed.read() };
}
