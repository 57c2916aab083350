import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DriverConfig } from '../../schemas/driver-config.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { readAdapterFolder } from '../adapter-folder.ts';
import { loadProvinces } from '../provinces/index.ts';
import { checkLive, LIVE_DEFAULTS } from './live-checks.ts';
import { startSimulatedTarget } from './simulated-target.ts';
import { checkStatic } from './static-checks.ts';

const EXAMPLES = join(import.meta.dirname, 'examples');
const OPTIONS = { others: loadProvinces().map(({ manifest }) => manifest), production: false };

function subjectOf(name: string) {
  const { subject, findings } = checkStatic(readAdapterFolder(join(EXAMPLES, name)), OPTIONS);
  if (subject === null) throw new Error(`${name} was refused: ${JSON.stringify(findings)}`);
  return { ...subject, findings };
}

async function liveFindings(name: string, driver?: DriverConfig) {
  const { manifest, scenarios } = subjectOf(name);
  const changed: Manifest = driver === undefined ? manifest : { ...manifest, driver };
  const { target, close } = await startSimulatedTarget(changed, scenarios, Date.now);
  try {
    return (await checkLive(target, { ...LIVE_DEFAULTS, latencyCalls: 5, faultTimeoutMs: 1000 })).findings;
  } finally {
    close();
  }
}

describe.each(readdirSync(EXAMPLES))('the example %s', (name) => {
  test('does not pass the check as it stands', () => {
    expect(subjectOf(name).findings).toEqual([]);
  });

  test.concurrent('does not work with its simulated system', async () => {
    expect(await liveFindings(name)).toEqual([]);
  });
});

/** One example's answers in other shapes that published systems have, asked over HTTP in each. */
describe('a shape that can be declared and that the kit cannot try', () => {
  const { driver } = subjectOf('130000-hebei').manifest;
  const { outcome } = driver;
  const silent = { ...outcome, expired: [], unknown: [] };
  const at = '/error/reason';

  test.concurrent.each<[string, DriverConfig]>([
    ['GBK', { ...driver, charset: 'GBK' }],
    [
      'absence by status alone',
      {
        ...driver,
        outcome: {
          ...silent,
          by_status: [
            { status: 404, means: 'unknown' },
            { status: 410, means: 'expired' },
          ],
        },
      },
    ],
    [
      'absence by a code in the body of a failure, in GB18030',
      {
        ...driver,
        charset: 'GB18030',
        outcome: {
          ...silent,
          by_status: [
            { status: 500, means: 'unknown', at, codes: ['查无此码'] },
            { status: 500, means: 'expired', at, codes: ['已过期'] },
          ],
        },
      },
    ],
    [
      'JSON in a string in a string',
      { ...driver, record_at: '/content/inner', json_strings: ['/content', '/content/inner'] },
    ],
    [
      'a whole reply inside a string',
      { ...driver, outcome: { ...outcome, at: '/body/code' }, record_at: '/body/data', json_strings: ['/body'] },
    ],
    [
      'a question deeper down, with constants',
      { ...driver, within: '/a/b~1c', fields: [{ name: 'source', value: 'huren' }] },
    ],
  ])('%s', async (_shape, changed) => {
    expect(await liveFindings('130000-hebei', changed)).toEqual([]);
  });

  test.concurrent('a SOAP fault', async () => {
    const { path, code_member } = driver;
    const faultAt = '/Envelope/Body/Fault/faultcode';
    const soap: DriverConfig = {
      name: 'soap',
      path,
      code_member,
      namespace: 'urn:health-code',
      operation: 'verify',
      soap_action: 'verify',
      charset: 'GBK',
      within: '/request',
      record_at: '/Envelope/Body/verifyResponse/data',
      outcome: {
        ...silent,
        at: '/Envelope/Body/verifyResponse/code',
        by_status: [
          { status: 500, means: 'unknown', at: faultAt, codes: ['Client.NoSuchCode'] },
          { status: 500, means: 'expired', at: faultAt, codes: ['Client.Expired'] },
        ],
      },
    };
    expect(await liveFindings('130000-hebei', soap)).toEqual([]);
  });
});
