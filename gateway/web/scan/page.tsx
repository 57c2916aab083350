import '../shell/no-eval.ts';
import { openScanner } from '../asking/opening.ts';
import { Shell, show } from '../shell/shell.tsx';
import { Scanner } from './scanner.tsx';
import './scan.css';

const venue = new URLSearchParams(location.search).get('venue');

show(
  <Shell path="/scan">
    <Scanner venue={venue} opened={openScanner(venue)} />
  </Shell>,
);
