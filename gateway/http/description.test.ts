import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { keysOf } from '../../schemas/code-lists/index.ts';
import { OPERATIONS } from '../../schemas/openapi.ts';
import { PAGE_TEXTS } from '../../schemas/texts/shell.ts';
import { mountDescription } from './description.ts';

let server: Server;
let origin = '';

beforeAll(async () => {
  const app = express();
  mountDescription(app);
  server = createServer(app);
  origin = await listenOnLoopback(server);
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test('/openapi.json is not another document than the generated one', async () => {
  const reply = await fetch(`${origin}/openapi.json`);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toContain('application/json');
  const checkedIn = readFileSync(join(import.meta.dirname, '../../schemas/generated/openapi.json'), 'utf8');
  expect(await reply.text()).toBe(checkedIn);
});

describe('the description', () => {
  test('names other parameters of an endpoint than it takes, or one that overlooks what it does not know', () => {
    const sources = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test)\.ts$/.test(name));
    sources.push('../sandbox/http.ts');
    const taken = sources.flatMap((name) => {
      const source = readFileSync(join(import.meta.dirname, name), 'utf8');
      return [...source.matchAll(/allowOnly\(request, \[([^\]]+)\]\)/g)].map(([, names = '']) => names);
    });
    // A page takes what somebody's link adds to its address.
    const ofData = OPERATIONS.filter(({ path }) => /^\/(?:v1|sandbox)\/|federation/.test(path));
    const described = ofData.flatMap(({ query }) =>
      query === undefined
        ? []
        : [
            Object.keys(query.shape)
              .map((name) => `'${name}'`)
              .sort()
              .join(', '),
          ],
    );
    const sorted = taken.map((names) => names.split(', ').sort().join(', '));
    expect([...new Set(described)].sort()).toEqual([...new Set(sorted)].sort());
  });

  test('does not leave out a path that is mounted, nor name one that is not', () => {
    const sources = [
      '../compose/app.ts',
      '../sandbox/http.ts',
      '../sandbox/http-keys.ts',
      ...readdirSync(import.meta.dirname).filter((name) => !name.includes('.test.')),
    ];
    const texts = sources.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
    // People log in to some pages, all of them by the same routes below the page's own.
    const pages = texts.flatMap((source) => [...source.matchAll(/\bpage: '(\/[^']+)'/g)].map(([, page = '']) => page));
    const signIn = texts.flatMap((source) =>
      [...source.matchAll(/`\$\{page\}(\/\w+)`, \{/g)].flatMap(([, path]) => pages.map((page) => `${page}${path}`)),
    );
    const mounted = texts.flatMap((source) => {
      // What every hosted entity has below its own path is described once, for the gateway's.
      return [...source.matchAll(/(?:resource\(\s*\w+,|hot\.post\()\s*(?:'|`\$\{path\})(\/[^'`]*)/g)].map(
        ([, path = '']) =>
          // Express writes :name and *name where OpenAPI writes {name}.
          path.replaceAll(/[:*](\w+)/g, '{$1}'),
      );
    });
    expect([...new Set(OPERATIONS.map(({ path }) => path))].sort()).toEqual(
      [...new Set([...mounted, ...signIn, ...keysOf(PAGE_TEXTS)])].sort(),
    );
  });
});
