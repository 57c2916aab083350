import { hash } from 'node:crypto';
import { instantOf } from '../../schemas/instant.ts';
import { EVENT_TEXTS } from '../../schemas/texts/registry-state.ts';
import { type Cli, printable } from './cli.ts';
import { digestGroups } from './digest-groups.ts';
import type { ReadEvent } from './signed-events.ts';
import { lineCells, tableLines } from './table.ts';

/** A document within a body (a manifest, a report) is named by its digest: nobody compares 40,000 characters by eye. */
const LONGEST_SHOWN = 200;

/** What an event says, for a person to read before it is sent. Its signature is for the registry to check. */
export function printEvent(cli: Cli, { jws, kid, alg, event }: ReadEvent): void {
  const { say, print } = cli;
  const { kind, iss, seq, prev, iat, body } = event;
  print(`${kind} · ${say(EVENT_TEXTS[kind])}`);
  const rows = [
    [say({ zh: '签名者', en: 'signed by' }), iss],
    [
      say({ zh: '密钥', en: 'key' }),
      `${kid} · ${alg} · ${say({ zh: '签名未核对', en: 'signature not checked here' })}`,
    ],
    [say({ zh: '序号', en: 'seq' }), `${seq} · prev ${prev ?? '-'}`],
    [say({ zh: '时间', en: 'time' }), instantOf(iat)],
    ...leaves(body, '').map(({ at, text }) => [at, text]),
    ['SHA-256', digestGroups(jws)],
  ];
  const shown = rows.map((row) => row.map((text) => printable(text)));
  for (const line of tableLines(shown, lineCells() - 2)) print(`  ${line}`);
}

interface Leaf {
  readonly at: string;
  readonly text: string;
}

function leaves(value: unknown, at: string): Leaf[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, member]) => leaves(member, `${at}/${name}`));
  }
  const text = String(value);
  if (text.length <= LONGEST_SHOWN) return [{ at, text }];
  return [{ at, text: `${Buffer.byteLength(text)} bytes · SHA-256 ${hash('sha256', text, 'base64url')}` }];
}
