import '../shell/no-eval.ts';
import { openScanner } from '../asking/opening.ts';
import { Shell, show } from '../shell/shell.tsx';
import { PassDesk } from './pass-desk.tsx';
import './pass.css';

const venue = new URLSearchParams(location.search).get('venue');

show(
  <Shell path="/pass">
    <PassDesk venue={venue} opened={openScanner(venue)} />
  </Shell>,
);
