import '../shell/no-eval.ts';
import { Shell, show } from '../shell/shell.tsx';
import { Registry } from './registry.tsx';
import '../shell/tables.css';
import './registry.css';

show(
  <Shell path="/registry">
    <Registry />
  </Shell>,
);
