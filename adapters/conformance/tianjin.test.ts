import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driverConfigSchema } from '../../schemas/driver-config.ts';
import { readAdapterFolder } from '../adapter-folder.ts';
import { loadProvinces } from '../provinces/index.ts';
import { checkLive, LIVE_DEFAULTS } from './live-checks.ts';
import { startSimulatedTarget } from './simulated-target.ts';
import { checkStatic } from './static-checks.ts';
import { adapterTemplate } from './template.ts';
import { withBlanksFilled, withOrange } from './tianjin.fixture.ts';

const EXAMPLE = join(import.meta.dirname, 'examples/120000-tianjin');
const OPTIONS = { others: loadProvinces().map(({ manifest }) => manifest), production: false };
const CHOICE = { province: '120000', driver: 'signed-json', name: 'tianjin-jiankangma' } as const;

const started = adapterTemplate(CHOICE);
const filled = { name: '120000-tianjin', ...withOrange(withBlanksFilled(started)) };

describe('Tianjin, from init to a passed test', () => {
  test('a folder with blanks passes the check', () => {
    const [manifest = '', scenarios = ''] = started.map(({ text }) => text);
    const raw = { name: null, manifest: JSON.parse(manifest), scenarios: JSON.parse(scenarios) };
    expect(new Set(checkStatic(raw, OPTIONS).findings.map(({ code }) => code))).toEqual(new Set(['blank_left']));
  });

  test('the filled folder does not pass the check', () => {
    expect(checkStatic(filled, OPTIONS).findings).toEqual([]);
  });

  test('the example in the repository is not what filling the blanks gives', () => {
    const example = readAdapterFolder(EXAMPLE);
    expect(example).toMatchObject(filled);
    expect(checkStatic(example, OPTIONS).findings).toEqual([]);
  });

  test('orange comes through as a colour, or the system does not work live', async () => {
    const { subject } = checkStatic(filled, OPTIONS);
    if (subject === null) throw new Error('the filled folder was refused');
    const { target, close } = await startSimulatedTarget(subject.manifest, subject.scenarios, Date.now);
    try {
      expect(target.codes.map(({ scenario }) => scenario.scenario)).toContain('orange');
      const live = await checkLive(target, { ...LIVE_DEFAULTS, latencyCalls: 10, faultTimeoutMs: 1000 });
      expect(live.findings).toEqual([]);
    } finally {
      close();
    }
  });
});

describe.each(driverConfigSchema.options.map(({ shape }) => shape.name.value))('init --driver %s', (driver) => {
  test('a folder whose blanks are filled does not pass the check', () => {
    const folder = withBlanksFilled(adapterTemplate({ ...CHOICE, driver }));
    const { findings } = checkStatic({ name: null, ...folder }, OPTIONS);
    // Binary codes are the national platform's alone, certificates are told by what all of them start with: a second system
    // with one of these drivers must pick a marker of its own, or take the other one's place.
    const warned = driver === 'certificate' ? ['origin_unread', 'assignment_unread'] : [];
    const overlaps = driver === 'jkm' || driver === 'certificate' ? ['recogniser_overlap'] : [];
    expect(findings.map(({ code }) => code).sort()).toEqual([...overlaps, ...warned].sort());
  });

  test('it does not work with its simulated upstream', async () => {
    const folder = withBlanksFilled(adapterTemplate({ ...CHOICE, driver }));
    const { subject } = checkStatic({ name: null, ...folder }, OPTIONS);
    if (subject === null) throw new Error('the filled folder was refused');
    const { target, close } = await startSimulatedTarget(subject.manifest, subject.scenarios, Date.now);
    try {
      const live = await checkLive({ ...target, setFault: null }, { ...LIVE_DEFAULTS, latencyCalls: 3 });
      expect(live.findings).toEqual([]);
    } finally {
      close();
    }
  });
});
