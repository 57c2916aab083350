import '../shell/no-eval.ts';
import { PAGE_TEXTS } from '../../../schemas/texts/shell.ts';
import { say } from '../shell/language.ts';
import { Shell, show } from '../shell/shell.tsx';

show(
  <Shell path="/scan">
    <h1>{say(PAGE_TEXTS['/scan'].name)}</h1>
  </Shell>,
);
