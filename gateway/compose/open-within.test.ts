import { expect, onTestFinished, test } from 'vitest';
import { LogError } from '../log/log-error.ts';
import { isAway } from '../log/postgres-error.ts';
import { openPostgresStore } from '../log/store-postgres.ts';
import { freePort } from '../test/free-port.ts';
import { findPostgres, startPostgres } from '../test/postgres.ts';
import { openWithin } from './open-within.ts';

async function failure(connectionString: string): Promise<LogError> {
  const error: unknown = await openPostgresStore({ connectionString }).then(
    (store) => store.close(),
    (cause: unknown) => cause,
  );
  if (!(error instanceof LogError)) throw new Error('the store opened');
  return error;
}

const away = { isAway: (error: unknown) => error instanceof LogError && isAway(error), what: 'the database' };

test('a database that is not there does not say why', async () => {
  const refused = await failure(`postgres://somebody:secret@127.0.0.1:${await freePort()}/huren`);
  expect([refused.code, refused.message, isAway(refused)]).toEqual([
    'unavailable',
    expect.stringContaining('connection refused'),
    true,
  ]);
  const unknown = await failure('postgres://somebody:secret@no-such-host.invalid/huren');
  expect([unknown.message, isAway(unknown)]).toEqual([expect.stringContaining('DNS'), true]);
});

test.skipIf(findPostgres() === undefined)('a wrong database or user is waited for, or does not say so', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = new URL(await server.createDatabase());
  url.pathname = '/no_such_database';
  const missing = await failure(url.href);
  expect([missing.message, isAway(missing)]).toEqual([expect.stringContaining('no database of that name'), false]);
  url.username = 'nobody_here';
  const stranger = await failure(url.href);
  expect([stranger.message, isAway(stranger)]).toEqual([expect.stringContaining('refuses this user'), false]);
});

test('a start gives up at once, waits without end, or says nothing meanwhile', async () => {
  const said: string[] = [];
  const tell = (line: string) => said.push(line);
  let tries = 0;
  const opened = await openWithin(
    async () => {
      tries += 1;
      if (tries < 3) throw new LogError('unavailable', 'the reason');
      return 'open';
    },
    { ...away, tell },
  );
  expect([opened, tries, said]).toEqual(['open', 3, [expect.stringContaining('for the database: the reason')]]);
  const never = openWithin(() => Promise.reject(new LogError('unavailable', 'away')), {
    ...away,
    withinMs: 1_500,
    tell,
  });
  await expect(never).rejects.toMatchObject({ message: 'away' });
  const wrong = openWithin(() => Promise.reject(new LogError('not_durable', 'fsync is off')), { ...away, tell });
  await expect(wrong).rejects.toMatchObject({ code: 'not_durable' });
});
