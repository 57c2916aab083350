import '../shell/no-eval.ts';
import { Shell, show } from '../shell/shell.tsx';
import { Docs } from './docs.tsx';
import './docs.css';

show(
  <Shell path="/docs">
    <Docs />
  </Shell>,
);
