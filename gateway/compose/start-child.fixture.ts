/*
 * A child that behaves as it is told by its start message. Forked by start-child.test.ts.
 */
import { writeFileSync } from 'node:fs';

process.once('message', (message) => {
  const { behaviour, afterMs, saidIn } = Object(message);
  const say = (text: string, said = () => {}) => process.send?.({ text, pid: process.pid }, said);
  switch (behaviour) {
    case 'ready':
      say('ready');
      break;
    case 'late':
      setTimeout(() => say('ready'), 400);
      break;
    case 'behind-its-back':
      setTimeout(() => say('ready', () => writeFileSync(saidIn, '')), afterMs);
      break;
    case 'twice':
      say('ready');
      say('failed');
      break;
    case 'failing':
      say('failed');
      break;
    case 'dying':
      process.exit(7);
      break;
    case 'deaf':
      process.on('SIGTERM', () => undefined);
      break;
    default:
      break;
  }
});
// Held open by nothing else once its parent is gone.
process.once('disconnect', () => process.exit(0));
