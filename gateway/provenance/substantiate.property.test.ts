import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GROUNDS } from '../../schemas/code-lists/index.ts';
import { FINDINGS } from '../../schemas/finding.ts';
import type { Assignment } from '../../schemas/statement.ts';
import { anyInput } from './arbitraries.fixture.ts';
import { type SubstantiationInput, substantiate } from './substantiate.ts';

const RUNS = { numRuns: 2000 };

describe('substantiation, whatever the input', () => {
  test('a status counts as substantiated although its own rule is broken', () => {
    let good = 0;
    fc.assert(
      fc.property(anyInput(), (input) => {
        const { provenance } = substantiate(input);
        if (provenance !== 'stated' && provenance !== 'signed') return;
        good += 1;
        expect(whyNot(input)).toEqual([]);
      }),
      RUNS,
    );
    expect(good).toBeGreaterThan(100);
  });

  test('provenance says signed where a signature is missing', () => {
    let signed = 0;
    fc.assert(
      fc.property(anyInput(), (input) => {
        if (substantiate(input).provenance !== 'signed') return;
        signed += 1;
        expect(isSigned(answering(input))).toBe(true);
      }),
      RUNS,
    );
    expect(signed).toBeGreaterThan(50);
  });

  test('the verdict and its findings disagree, or a second look differs', () => {
    fc.assert(
      fc.property(anyInput(2), (input) => {
        const before = structuredClone(input);
        const { provenance, findings, answerable } = substantiate(input);
        expect(input).toEqual(before);
        expect(substantiate(input)).toEqual({ provenance, findings, answerable });
        const kinds = new Set(findings.map((finding) => FINDINGS[finding.code].kind));
        const isColour = input.claims.status === 'yellow' || input.claims.status === 'red';
        if (!isColour) expect({ provenance, findings }).toEqual({ provenance: null, findings: [] });
        else if (kinds.has('breach')) expect(provenance).toBe('violated');
        else if (kinds.has('unsaid')) expect(provenance).toBe('absent');
        else expect(['stated', 'signed']).toContain(provenance);
      }),
      RUNS,
    );
  });

  test('taking the ground or the assigner away leaves a status substantiated', () => {
    fc.assert(
      fc.property(anyInput(0), (input) => {
        const { claims } = input;
        for (const less of [
          { ...claims, ground: [] },
          { ...claims, provenance: null },
        ]) {
          const { provenance } = substantiate({ ...input, claims: less });
          expect(provenance === 'stated' || provenance === 'signed').toBe(false);
        }
      }),
      RUNS,
    );
  });
});

/** Where a push has a reference, the origin answers for it; else the showing province. */
function answering(input: SubstantiationInput): SubstantiationInput {
  const origin = input.claims.provenance?.origin;
  const pushed = origin?.province != null && origin.province !== input.province && origin.reference !== null;
  return pushed && typeof input.origin === 'object' ? answering(input.origin) : input;
}

function isSigned({ model, approvals, statementSigned }: SubstantiationInput): boolean {
  if (model.approvals.length === 0) return statementSigned;
  let at = -1;
  return model.approvals.every((wanted) => {
    at = approvals.findIndex(
      (given, position) =>
        position > at &&
        given.verified === 'valid' &&
        given.level === wanted.level &&
        given.role === wanted.role &&
        given.action === wanted.action,
    );
    return at !== -1;
  });
}

/** The rule once more, written as plain conditions: everything that speaks against a substantiated status. */
function whyNot(input: SubstantiationInput): string[] {
  const last = answering(input);
  const { model, claims } = last;
  const assignment = claims.provenance;
  if (assignment === null) return ['no assignment'];
  const wrong: string[] = [];
  if (last !== input && last.claims.status === 'green') wrong.push('origin is green');
  if (last === input && assignment.origin?.province === null) wrong.push('origin unnamed');
  if (!hasEntitledBody(last, assignment)) wrong.push('nobody entitled');
  if (model.instrument_required && assignment.instrument === null) wrong.push('no instrument');
  if (model.evidence_from_levels.length > 0 && !assignment.evidence_filed) wrong.push('no evidence');
  if (claims.ground.length === 0) wrong.push('no ground');
  if (!claims.ground.every((ground) => model.grounds.includes(ground))) wrong.push('ground not allowed');
  const red = claims.ground.some((ground) => GROUNDS[ground].colour === 'red');
  if (claims.status === 'red' && !red) wrong.push('colour');
  if (last.approvals.some((approval) => approval.verified === 'invalid')) wrong.push('forged');
  if (model.approvals_signed && model.approvals.length > 0 && !isSigned(last)) wrong.push('unsigned');
  return wrong;
}

function hasEntitledBody({ model }: SubstantiationInput, assignment: Assignment): boolean {
  const { level, role, action } = assignment;
  const ordinary = { assign: model.may_assign, convert: model.may_convert, release: model.may_release }[action];
  const size = assignment.batch_size ?? (assignment.kind === 'individual' ? 1 : Number.POSITIVE_INFINITY);
  const bodies = model.batch !== null && size >= model.batch.threshold ? [model.batch.taken_by] : ordinary;
  return bodies.some(
    (body) => body.level === level && (body.roles.length === 0 || (role !== null && body.roles.includes(role))),
  );
}
