import { expect, onTestFinished, test } from 'vitest';
import { LogError } from '../log/log-error.ts';
import { openOwnStore } from '../log/store-postgres.fixture.ts';
import { StoreError } from '../stores/store-error.ts';
import { freePort } from '../test/free-port.ts';
import { findPostgres, startPostgres } from '../test/postgres.ts';
import { isAway, openWithin } from './open-within.ts';

async function failure(connectionString: string): Promise<unknown> {
  return await openOwnStore(connectionString).then(
    async (store) => {
      await store.close();
      return null;
    },
    (cause: unknown) => cause,
  );
}

const patience = { isAway, what: 'the database' };
const away = () => new LogError('unavailable', 'the reason', { cause: new StoreError('timeout', 'the database') });

test('a database that is not there yet is given up at once, or does not say why', async () => {
  const refused = await failure(`postgres://somebody:secret@127.0.0.1:${await freePort()}/huren`);
  expect([refused, isAway(refused)]).toEqual([
    expect.objectContaining({ code: 'unavailable', message: expect.stringContaining('nothing listens') }),
    true,
  ]);
});

test.skipIf(findPostgres() === undefined)('a database that is not there at all is waited for', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = new URL(await server.createDatabase());
  url.pathname = '/no_such_database';
  const missing = await failure(url.href);
  expect([missing, isAway(missing)]).toEqual([
    expect.objectContaining({ message: expect.stringContaining('no database of that name') }),
    false,
  ]);
});

test('a start waits without end, or says nothing meanwhile', async () => {
  const said: string[] = [];
  const tell = (line: string) => said.push(line);
  let tries = 0;
  const opened = await openWithin(
    async () => {
      tries += 1;
      if (tries < 3) throw away();
      return 'open';
    },
    { ...patience, tell },
  );
  expect([opened, tries, said]).toEqual(['open', 3, [expect.stringContaining('for the database: the reason')]]);
  const never = openWithin(() => Promise.reject(away()), { ...patience, withinMs: 1_500, tell });
  await expect(never).rejects.toMatchObject({ message: 'the reason' });
  const wrong = openWithin(() => Promise.reject(new LogError('not_durable', 'fsync is off')), { ...patience, tell });
  await expect(wrong).rejects.toMatchObject({ code: 'not_durable' });
});
