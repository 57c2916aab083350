import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../test/registry-site.fixture.ts';
import { huren } from '../huren.fixture.ts';

test.each([
  ['a place beyond this machine', ['certificates', '203.0.113.1=there']],
  ['a place without a directory', ['certificates', '127.0.0.2=']],
  ['a gateway of no province', ['authorization-server', '--gateway', '999999=https://127.0.0.4:8443']],
])('%s is played', async (_case, argv) => {
  const place = argv[0] === 'certificates' ? [] : ['--address', '127.0.0.7', '--port', '1', '--dir', 'nowhere'];
  const { exit, stderr } = await huren(['sandbox', ...argv, ...place]);
  expect([exit, stderr]).toEqual([2, expect.stringMatching(/^huren: usage_invalid: /)]);
});

test('the key of a certificate may be read by others, or the certificates of one nation have different authorities', async () => {
  const dir = tempFolder(onTestFinished);
  const [one, two] = [join(dir, 'one'), join(dir, 'two')];
  const { exit } = await huren(['sandbox', 'certificates', `127.0.0.2=${one}`, `127.0.0.3=${two}`]);
  expect([exit, statSync(join(one, 'tls-key.pem')).mode & 0o777]).toEqual([0, 0o600]);
  expect(readFileSync(join(one, 'ca.pem'), 'utf8')).toBe(readFileSync(join(two, 'ca.pem'), 'utf8'));
});

test('a code of a system that nobody plays ends in a stack trace', async () => {
  const { exit, stderr } = await huren(['sandbox', 'code', tempFolder(onTestFinished)]);
  expect([exit, stderr]).toEqual([1, expect.stringMatching(/^huren: start_failed: no system is played out of /)]);
});
