import { MISSING_TEXTS } from '../../../schemas/texts/missing.ts';
import { say } from '../shell/language.ts';
import { Shell, show } from '../shell/shell.tsx';

show(
  <Shell path={null}>
    <h1>{say(MISSING_TEXTS.title)}</h1>
    <p>{say(MISSING_TEXTS.next)}</p>
  </Shell>,
);
