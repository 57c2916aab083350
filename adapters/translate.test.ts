import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { groundSchema } from '../schemas/code-lists/index.ts';
import { SAMPLE, sampleReply } from './sample-manifest.fixture.ts';
import { type Translator, translate } from './translate.ts';

const NOW_MS = Date.parse('2022-03-10T04:00:00Z');
const GREEN = { colour: 1, time: '2022-03-10 11:59:00', handle: 'h-1' };
const run: Translator = (record, token, nowMs) => translate(record, SAMPLE, token, nowMs);
const of = (changes: object) => run({ ...GREEN, ...changes }, 'token-1', NOW_MS);

describe('status', () => {
  test('a documented green is green, with the time in UTC and nothing to report', () => {
    expect(run(GREEN, 'token-1', NOW_MS)).toEqual({
      claims: {
        status: 'green',
        status_as_of: '2022-03-10T03:59:00Z',
        ground: [],
        provenance: {
          level: null,
          role: null,
          action: 'assign',
          kind: null,
          batch_size: null,
          instrument: null,
          evidence_filed: false,
          approvals: [],
          origin: null,
        },
        handle: 'h-1',
        flags: [],
      },
      localGroundOnly: false,
      reasons: [],
      unmapped: [],
    });
  });

  test('a reason that is no national ground is mistaken for silence, or for a ground', () => {
    const local = SAMPLE.reply.ground?.values.find((entry) => entry.to === null)?.value;
    expect(of({ colour: 3, why: local })).toMatchObject({ localGroundOnly: true, claims: { ground: [] } });
    expect(of({ colour: 3 })).toMatchObject({ localGroundOnly: false });
    expect(of({ colour: 3, why: [local, 'A2'] })).toMatchObject({ localGroundOnly: false });
    expect(of({ colour: 3, why: [local, 'zzz'] })).toMatchObject({ localGroundOnly: true, unmapped: ['ground'] });
  });

  test.each([
    [1, 'green'],
    ['1', 'green'],
    [3, 'red'],
    ['3', 'red'],
  ])('a digit is the same as number and as string: %j', (colour, status) => {
    expect(of({ colour }).claims.status).toBe(status);
  });

  test.each([
    ['01'],
    [1.5],
    ['1.0'],
    [true],
    [null],
    [[1]],
    [{ value: 1 }],
    ['绿码'],
    [7],
    [''],
  ])('a value outside the table is indeterminate and reported: %j', (colour) => {
    const { claims, reasons, unmapped } = of({ colour });
    expect([claims.status, reasons, unmapped]).toEqual(['indeterminate', ['unmapped_value'], ['status']]);
  });

  test('a local state without national meaning carries its own reason and is not reported as unmapped', () => {
    expect(of({ colour: 4 })).toMatchObject({ reasons: ['no_national_meaning'], unmapped: [] });
    expect(of({ colour: 5 })).toMatchObject({ reasons: ['local_state_pending'], unmapped: [] });
  });

  test('a value that the table gives two meanings has none', () => {
    const manifest = sampleReply({
      status: {
        at: '/colour',
        values: [
          { value: 1, name: '绿码', to: 'green' },
          { value: '1', name: '红码', to: 'red' },
        ],
      },
    });
    expect(translate(GREEN, manifest, 't', NOW_MS).claims.status).toBe('indeterminate');
  });

  test('an inherited member never stands for a value', () => {
    const manifest = sampleReply({
      status: { at: '/constructor/name', values: [{ value: 'Object', name: '绿码', to: 'green' }] },
    });
    expect(translate(GREEN, manifest, 't', NOW_MS).unmapped).toContain('status');
  });
});

describe('flags', () => {
  test('a pop-up is a flag and a reason beside an unchanged colour', () => {
    expect(of({ popup: '3' })).toMatchObject({ claims: { status: 'green', flags: ['popup'] }, reasons: ['popup'] });
  });

  test('an undocumented flag value does not pass as no flag', () => {
    expect(of({ popup: 9 })).toMatchObject({
      claims: { status: 'indeterminate', flags: [] },
      reasons: ['unmapped_value'],
      unmapped: ['flags'],
    });
  });

  test('a missing flag that may not be missing is unmapped', () => {
    const manifest = sampleReply({ flags: [{ at: '/popup', values: [{ value: 0, name: 'none', to: null }] }] });
    expect(translate(GREEN, manifest, 't', NOW_MS)).toMatchObject({
      claims: { status: 'indeterminate' },
      unmapped: ['flags'],
    });
  });

  test('an element that came twice hides the flag in it', () => {
    const flags = [{ at: '/popup/kind', optional: true, values: [{ value: 2, name: 'shown', to: 'popup' as const }] }];
    const manifest = sampleReply({ flags });
    const twice = { ...GREEN, popup: [{ kind: 2 }, { kind: 2 }] };
    expect(translate(twice, manifest, 'token-1', NOW_MS)).toMatchObject({
      claims: { status: 'indeterminate', flags: [] },
      unmapped: ['flags'],
    });
  });
});

describe('ground', () => {
  test.each([
    ['A2', ['confirmed_case'], []],
    [['A2', 'A3', 'A2'], ['confirmed_case', 'close_contact_isolating'], []],
    ['A1', [], []],
    [[], [], []],
    [null, [], []],
    [['A2', 'zzz'], ['confirmed_case'], ['ground']],
    [{ a: 'A2' }, [], ['ground']],
  ])('%j comes down to %j', (why, ground, unmapped) => {
    expect(of({ colour: 3, why })).toMatchObject({ claims: { status: 'red', ground }, unmapped });
  });

  test('a system that gives no reasons gives one', () => {
    const silent = translate({ ...GREEN, colour: 3, why: 'A2' }, sampleReply({ ground: undefined }), 't', NOW_MS);
    expect(silent).toMatchObject({ claims: { status: 'red', ground: [] }, localGroundOnly: false, unmapped: [] });
  });

  test('more grounds than a statement holds are left out without a word, or fewer are', () => {
    const grounds = [...groundSchema.values];
    const values = grounds.map((to) => ({ value: to, name: to, to }));
    const manifest = sampleReply({ ground: { at: '/why', values } });
    const read = (count: number) =>
      translate({ ...GREEN, colour: 3, why: grounds.slice(0, count) }, manifest, 't', NOW_MS);
    expect(read(8)).toMatchObject({ claims: { ground: grounds.slice(0, 8) }, unmapped: [] });
    expect(read(9)).toMatchObject({ claims: { ground: grounds.slice(0, 8) }, unmapped: ['ground'] });
  });
});

describe('time', () => {
  test.each([
    ['2022-02-30 00:00:00'],
    ['2022-03-10 24:00:00'],
    ['2022-03-10'],
    [''],
    [null],
    [20220310],
    ['2022-03-10T00:00:00'],
  ])('an unreadable time makes the status indeterminate: %j', (time) => {
    expect(of({ time })).toMatchObject({
      claims: { status: 'indeterminate', status_as_of: null },
      reasons: ['unmapped_value'],
      unmapped: ['as_of'],
    });
  });

  test('two minutes ahead of our clock is believed, more is not', () => {
    expect(of({ time: '2022-03-10 12:02:00' }).claims.status).toBe('green');
    expect(of({ time: '2022-03-10 12:02:01' })).toMatchObject({
      claims: { status: 'indeterminate' },
      unmapped: ['as_of'],
    });
  });

  test('a time that nobody can mean keeps its colour, or is told as a value that was never declared', () => {
    for (const time of ['1970-01-01 08:00:00', '2020-01-31 23:59:59', '2022-03-11 12:00:00']) {
      expect(of({ time })).toMatchObject({
        claims: { status: 'indeterminate', status_as_of: null },
        reasons: ['as_of_impossible'],
        unmapped: ['as_of'],
      });
    }
  });

  test.each([
    ['green', 1],
    ['yellow', 2],
    ['red', 3],
  ])('a %s of a system that publishes no limit stands for ever', (status, colour) => {
    const read = (time: string) => translate({ ...GREEN, colour, time }, sampleReply({ validity: [] }), 't', NOW_MS);
    expect(read('2022-02-08 12:00:00')).toMatchObject({ claims: { status }, reasons: [] });
    expect(read('2022-02-08 11:59:59')).toMatchObject({ claims: { status }, reasons: ['too_old'] });
  });

  test('a green older than its validity stays green with reason too_old', () => {
    expect(of({ time: '2022-03-07 12:00:00' })).toMatchObject({ claims: { status: 'green' }, reasons: [] });
    expect(of({ time: '2022-03-07 11:59:59' })).toMatchObject({ claims: { status: 'green' }, reasons: ['too_old'] });
  });

  test('an old red is never made anything better', () => {
    const old = of({ colour: 3, time: '2020-03-01 00:00:00' });
    expect(old).toMatchObject({ claims: { status: 'red' }, reasons: ['too_old'] });
  });

  test('a state without national meaning is told as outdated', () => {
    const old = of({ colour: 4, time: '2020-03-01 00:00:00' });
    expect(old).toMatchObject({ claims: { status: 'indeterminate' }, reasons: ['no_national_meaning'] });
  });

  test('a system that computes its answer when asked is as of now', () => {
    const manifest = sampleReply({ as_of: { from: 'reply' } });
    expect(translate(GREEN, manifest, 't', NOW_MS + 999).claims.status_as_of).toBe('2022-03-10T04:00:00Z');
  });
});

describe('handle', () => {
  test.each([
    [undefined, 'token-1', []],
    [null, 'token-1', []],
    ['', 'token-1', ['handle']],
    ['x'.repeat(256), 'x'.repeat(256), []],
    ['x'.repeat(257), 'token-1', ['handle']],
    [{ h: 1 }, 'token-1', ['handle']],
    [77, '77', []],
  ])('%j', (handle, expected, unmapped) => {
    expect(of({ handle })).toMatchObject({ claims: { handle: expected }, unmapped });
  });

  test.each([
    ['', '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
    ['t', 't'],
    ['t'.repeat(256), 't'.repeat(256)],
    ['t'.repeat(257), createHash('sha256').update('t'.repeat(257)).digest('base64url')],
  ])('a token is no handle, or is one that no statement holds: %j', (token, handle) => {
    expect(run({ colour: 1, time: GREEN.time }, token, NOW_MS).claims.handle).toBe(handle);
    const named = translate(GREEN, sampleReply({ handle_at: undefined }), token, NOW_MS);
    expect([named.claims.handle, named.unmapped]).toEqual([handle, []]);
  });
});
