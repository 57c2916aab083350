import '../shell/no-eval.ts';
import { Shell, show } from '../shell/shell.tsx';
import { Desk } from './desk.tsx';
import '../shell/tables.css';
import '../registry/registry.css';
import './coverage.css';

show(
  <Shell path="/coverage">
    <Desk />
  </Shell>,
);
