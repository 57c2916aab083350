import { useEffect, useState } from 'preact/hooks';
import type { RegistryEvent } from '../../../schemas/registry-event.ts';
import { entryText, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { provenEvent } from './log-events.ts';
import type { RegistryView } from './registry-view.ts';
import { DOT, timeText } from './words.ts';

interface Mark {
  readonly by: string;
  readonly at: string;
  readonly index: number;
}

interface ProvenMarkProps {
  readonly mark: Mark;
  readonly view: RegistryView;
  /** Holds the event against what the page claims about it: another true entry proves nothing here. */
  readonly fits: (event: RegistryEvent) => boolean;
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
export function ProvenMark({ mark, view, fits }: ProvenMarkProps) {
  const [verdict, setVerdict] = useState<Verdict>('checking');
  const { by, at, index } = mark;
  const { log, keyOf } = view;
  useEffect(() => {
    let isShown = true;
    const settle = (found: Verdict) => {
      if (isShown) setVerdict(found);
    };
    if (log === null) settle('unchecked');
    else {
      provenEvent(log, index, keyOf).then(
        (event) => settle(event.iss === by && fits(event) ? 'good' : 'bad'),
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
