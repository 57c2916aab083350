/*
 * A child that behaves as it is told by its start message. Forked by start-child.test.ts.
 */
process.once('message', (message) => {
  const { behaviour } = Object(message);
  const say = (text: string) => process.send?.({ text, pid: process.pid });
  switch (behaviour) {
    case 'ready':
      say('ready');
      break;
    case 'late':
      setTimeout(() => say('ready'), 400);
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
