import { useContext, useEffect, useState } from 'preact/hooks';
import type { RegistryEvent, RegistryEventKind } from '../../../schemas/registry-event.ts';
import { entryText, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { provenEvent } from './log-events.ts';
import type { RegistryView } from './registry-view.ts';
import { Watched } from './unproven.tsx';
import { DOT, timeText } from './words.ts';

interface Mark {
  readonly by: string;
  readonly at: string;
  readonly index: number;
}

interface ProvenMarkProps<K extends RegistryEventKind> {
  readonly mark: Mark;
  readonly view: RegistryView;
  /** What the entry has to be for the page to claim this of it. */
  readonly kind: K;
  /** Holds the event against what the page claims about it: another true entry proves nothing here. */
  readonly fits: (event: Extract<RegistryEvent, { readonly kind: K }>) => boolean;
}

/** What the page claims by a mark, by a name of its own within its box. */
export function claimOf(kind: RegistryEventKind, { index, by }: Mark): string {
  return `${kind} ${index} ${by}`;
}

type Verdict = 'checking' | 'good' | 'bad' | 'unchecked';
const VERDICTS = {
  checking: { sign: '', text: REGISTRY_TEXTS.checking },
  good: { sign: '✓ ', text: REGISTRY_TEXTS.proved },
  bad: { sign: '✗ ', text: REGISTRY_TEXTS.not_proved },
  // Nothing was held against a log that is not believed: that is no proof of a lie.
  unchecked: { sign: '○ ', text: REGISTRY_TEXTS.not_checked },
} as const;

/** Who did something, when, and whether the log proves it. */
export function ProvenMark<K extends RegistryEventKind>({ mark, view, kind, fits }: ProvenMarkProps<K>) {
  const watch = useContext(Watched);
  const [verdict, setVerdict] = useState<Verdict>('checking');
  const { by, at, index } = mark;
  const { log, keyOf } = view;
  useEffect(() => {
    let isShown = true;
    const settle = (found: Verdict) => {
      if (!isShown) return;
      setVerdict(found);
      watch(claimOf(kind, mark), found === 'bad');
    };
    if (log === null) settle('unchecked');
    else {
      provenEvent(log, index, keyOf).then(
        (event) => settle(event.iss === by && isOfKind(event, kind) && fits(event) ? 'good' : 'bad'),
        () => settle('bad'),
      );
    }
    return () => {
      isShown = false;
    };
  }, [log, index, by]);
  const { sign, text } = VERDICTS[verdict];
  return (
    <span>
      <span class="party">{view.nameOf(by)}</span>
      {DOT}
      <time dateTime={at}>{timeText(at)}</time>
      {DOT}
      <span class="whole">{say(entryText(index))}</span>{' '}
      <span class={`proof ${verdict}`}>
        {sign}
        {say(text)}
      </span>
    </span>
  );
}

function isOfKind<K extends RegistryEventKind>(
  event: RegistryEvent,
  kind: K,
): event is Extract<RegistryEvent, { readonly kind: K }> {
  return event.kind === kind;
}
