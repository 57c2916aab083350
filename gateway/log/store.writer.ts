import { writeSync } from 'node:fs';
import { LogError } from './log-error.ts';
import { openOwnStore } from './store-postgres.fixture.ts';
import { openSqliteStore } from './store-sqlite.ts';

/**
 * A writer in a process of its own, to be killed by tests: `writer.ts sqlite|postgres <target> <name> [appends]`.
 * Every append has one to three entries that say so; only when it is acknowledged is it printed, as
 * `stored <first index> <append> <entries>`. A refusal is printed as `refused <code>` and ends it with status 3.
 */
export function writtenEntry(name: string, append: number, place: number, of: number): Uint8Array {
  return new TextEncoder().encode(`${name} ${append} ${place} ${of} ${'x'.repeat((append * 7919 + place) % 3000)}`);
}

async function write(kind: string, target: string, name: string, appends: number): Promise<void> {
  const store = kind === 'sqlite' ? openSqliteStore(target) : await openOwnStore(target);
  for (let append = 0; append < appends; append += 1) {
    const of = 1 + (append % 3);
    const { firstIndex } = await store.append(
      Array.from({ length: of }, (_, place) => writtenEntry(name, append, place, of)),
    );
    writeSync(1, `stored ${firstIndex} ${append} ${of}\n`);
  }
  await store.close();
}

if (import.meta.main) {
  const [kind = '', target = '', name = '', appends = '1000000'] = process.argv.slice(2);
  try {
    await write(kind, target, name, Number(appends));
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    writeSync(1, `refused ${cause.code}\n`);
    process.exit(3);
  }
}
