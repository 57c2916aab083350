import type { ComponentChildren } from 'preact';
import { secondOf } from '../../../schemas/clocks.ts';
import { PASS_TEXTS } from '../../../schemas/texts/pass.ts';
import type { PassClaims } from '../../trust/recognition-pass.ts';
import { wayText } from '../asking/route.tsx';
import { Row } from '../asking/row.tsx';
import { momentText, say } from '../shell/language.ts';
import { withCalls } from './calls.tsx';
import { PassCode } from './pass-code.tsx';

interface PassCardProps {
  readonly pass: string;
  readonly claims: PassClaims;
  readonly onAgain: () => void;
  /** What has to stand on it besides, on paper too. */
  readonly children: ComponentChildren;
}

/** The pass as it is carried: on a phone, or on the one sheet that is printed of this page. */
export function PassCard({ pass, claims, onAgain, children }: PassCardProps) {
  return (
    <section class="pass-card" data-pass="issued" aria-labelledby="pass-name">
      <h1 id="pass-name" tabIndex={-1}>
        <span>
          <span class="chip" data-face="pass" aria-hidden="true">
            ●
          </span>{' '}
          {say(PASS_TEXTS.card)}
        </span>{' '}
        <span>{wayText(claims)}</span>
      </h1>
      <PassCode pass={pass} />
      <dl class="rows">
        <Row name={PASS_TEXTS.until}>
          <strong>{momentText(claims.exp)}</strong>
        </Row>
        <Row name={PASS_TEXTS.as_of}>{momentText(secondOf(claims.status_as_of))}</Row>
      </dl>
      <div class="unprinted">
        <p class="tools">
          <button type="button" class="primary" onClick={() => print()}>
            {say(PASS_TEXTS.print)}
          </button>
          <button type="button" onClick={onAgain}>
            {say(PASS_TEXTS.again)}
          </button>
        </p>
        <p class="notice">{say(PASS_TEXTS.kept)}</p>
      </div>
      <dl class="rows">
        <Row name={PASS_TEXTS.shows}>{say(PASS_TEXTS.shows_text)}</Row>
        <Row name={PASS_TEXTS.hides}>{say(PASS_TEXTS.hides_text)}</Row>
        <Row name={PASS_TEXTS.paper}>{say(PASS_TEXTS.paper_text)}</Row>
        <Row name={PASS_TEXTS.check}>{say(PASS_TEXTS.check_text)}</Row>
        <Row name={PASS_TEXTS.refused}>{withCalls(say(PASS_TEXTS.refused_text))}</Row>
      </dl>
      {children}
    </section>
  );
}
