import { describe, expect, test } from 'vitest';
import { compileAssignment } from './assignment.ts';
import { SAMPLE, sampleReply } from './sample-manifest.fixture.ts';

const read = compileAssignment(SAMPLE);

function act(by: object, rest: object = {}) {
  const unmapped: string[] = [];
  const assignment = read({ by: JSON.parse(JSON.stringify(by)), ...rest }, (field) => unmapped.push(field));
  return { assignment, unmapped };
}

describe('who acted', () => {
  test('a full assignment is read whole', () => {
    const approvals = [{ level: 3, role: 'P', act: 'S', signature: 'a.b.c' }];
    const by = { level: '3', role: 'cdc', act: 'C', batch: '120', document: 'No. 7', filed: true, approvals };
    expect(act(by)).toEqual({
      assignment: {
        level: 'county',
        role: 'cdc',
        action: 'convert',
        kind: 'batch',
        batch_size: 120,
        instrument: 'No. 7',
        evidence_filed: true,
        approvals: [{ level: 'county', role: 'principal', action: 'sign', signature: 'a.b.c' }],
        origin: null,
      },
      unmapped: [],
    });
  });

  test('an undocumented level or role stays unknown and is reported', () => {
    expect(act({ level: 9, role: 'x' })).toMatchObject({
      assignment: { level: null, role: null },
      unmapped: ['level', 'role'],
    });
  });

  test('an act that nobody can name does not borrow the authority of its doer', () => {
    expect(act({ level: 3, role: 'cdc', act: 'Z' })).toMatchObject({
      assignment: { level: null, role: null, action: 'assign' },
      unmapped: ['action'],
    });
  });

  test.each([
    [1, 'individual', 1, []],
    ['2', 'batch', 2, []],
    [undefined, null, null, []],
    [null, null, null, []],
    [0, null, null, ['batch_size']],
    ['1e3', null, null, ['batch_size']],
    [2e9, null, null, ['batch_size']],
  ])('a batch of %j is %j', (batch, kind, batch_size, unmapped) => {
    expect(act({ batch })).toMatchObject({ assignment: { kind, batch_size }, unmapped });
  });

  test.each([
    [true, true, []],
    ['true', true, []],
    [false, false, []],
    [undefined, false, []],
    [1, false, ['evidence_filed']],
    ['yes', false, ['evidence_filed']],
  ])('evidence %j counts as filed: %j', (filed, evidence_filed, unmapped) => {
    expect(act({ filed })).toMatchObject({ assignment: { evidence_filed }, unmapped });
  });

  test('an approval by an undocumented body does not count, and a long list is cut and reported', () => {
    const good = { level: 3, role: 'P', act: 'S' };
    expect(act({ approvals: [{ ...good, role: 'X' }, good] })).toMatchObject({
      assignment: { approvals: [{ level: 'county', role: 'principal', action: 'sign' }] },
      unmapped: ['approvals'],
    });
    expect(act({ approvals: Array.from({ length: 9 }, () => good) }).assignment?.approvals).toHaveLength(8);
    expect(act({ approvals: 'P' })).toMatchObject({ assignment: { approvals: [] }, unmapped: ['approvals'] });
  });
});

describe('where it came from', () => {
  test.each([
    [{}, null, []],
    [{ source: 'own' }, null, []],
    [{ source: 'nat' }, { province: null, reference: null }, []],
    [{ source: '44', source_ref: 'r-1' }, { province: '440000', reference: 'r-1' }, []],
    [{ source: 44, source_ref: { a: 1 } }, { province: '440000', reference: null }, ['origin_reference']],
    [{ source: 'nowhere' }, { province: null, reference: null }, ['origin']],
  ])('%j', (record, origin, unmapped) => {
    expect(act({}, record)).toMatchObject({ assignment: { origin }, unmapped });
  });

  test('without an assignment table there is provenance only where a foreign origin is named', () => {
    const { assignment: _, ...rest } = SAMPLE.reply;
    const originOnly = compileAssignment({ ...SAMPLE, reply: rest });
    expect(originOnly({ source: 'own' }, () => {})).toBeNull();
    expect(originOnly({ source: '44' }, () => {})).toMatchObject({ level: null, origin: { province: '440000' } });
  });

  test('a system that names itself as the origin is its own origin', () => {
    const manifest = sampleReply({ origin: { at: '/source', values: [{ value: 'HN', name: 'Henan', to: '410000' }] } });
    expect(compileAssignment(manifest)({ source: 'HN' }, () => {})).toMatchObject({ origin: null });
  });
});
