import fc from 'fast-check';
import type { AuthorityModel, EntitledBody } from '../../schemas/authority-model.ts';
import { groundSchema, levelSchema, type ProvinceCode, roleSchema } from '../../schemas/code-lists/index.ts';
import type { Approval, Assignment } from '../../schemas/statement.ts';
import { MODELS } from './models.fixture.ts';
import type { OriginAnswer, SubstantiationInput, VerifiedApproval } from './substantiate.ts';

/** Inputs for property tests: mostly near the rule, so that both outcomes turn up often. */

const levels = [...levelSchema.values];
const roles = [...roleSchema.values];
const grounds = [...groundSchema.values];
const provinces: ProvinceCode[] = ['140000', '410000', '450000', '460000', '640000'];

const anyLevel = fc.constantFrom(...levels);
const anyRole = fc.constantFrom(...roles);
const anyBody: fc.Arbitrary<EntitledBody> = fc.record({
  level: anyLevel,
  roles: fc.uniqueArray(anyRole, { maxLength: 3 }),
});
const anyStep = fc.record({ level: anyLevel, role: anyRole, action: fc.constantFrom('sign', 'review', 'assign') });

const anyModel: fc.Arbitrary<AuthorityModel> = fc.oneof(
  fc.constantFrom(...Object.values(MODELS)),
  fc.record({
    source: fc.constant('generated'),
    may_assign: fc.array(anyBody, { minLength: 1, maxLength: 4 }),
    may_convert: fc.array(anyBody, { minLength: 1, maxLength: 4 }),
    may_release: fc.array(anyBody, { maxLength: 3 }),
    approvals: fc.array(anyStep, { maxLength: 3 }),
    approvals_signed: fc.boolean(),
    batch: fc.option(fc.record({ threshold: fc.integer({ min: 2, max: 200 }), taken_by: anyBody })),
    evidence_from_levels: fc.uniqueArray(anyLevel, { maxLength: 2 }),
    foreign_conversion: fc.constantFrom('original_assigner', 'any_entitled'),
    instrument_required: fc.boolean(),
    grounds: fc.uniqueArray(fc.constantFrom(...grounds), { minLength: 1, maxLength: 10 }),
  }),
);

/** An assigner near the model: one of its bodies, or any level and role at all. */
function assignerNear(model: AuthorityModel): fc.Arbitrary<Pick<Assignment, 'level' | 'role'>> {
  const bodies = [...model.may_assign, ...(model.batch === null ? [] : [model.batch.taken_by])];
  const entitled = fc.constantFrom(...bodies).map((body) => ({ level: body.level, role: body.roles[0] ?? null }));
  const any = fc.record({ level: fc.option(anyLevel), role: fc.option(anyRole) });
  return fc.oneof({ weight: 3, arbitrary: entitled }, { weight: 1, arbitrary: any });
}

function assignmentNear(model: AuthorityModel): fc.Arbitrary<Assignment> {
  const rest = fc.record({
    action: fc.constantFrom('assign', 'assign', 'assign', 'convert', 'release'),
    kind: fc.constantFrom('individual', 'individual', 'batch', null),
    batch_size: fc.option(fc.integer({ min: 1, max: 300 })),
    instrument: fc.option(fc.constant('form'), { freq: 6 }),
    evidence_filed: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    approvals: fc.constant<Approval[]>([]),
    origin: fc.option(
      fc.record({
        province: fc.option(fc.constantFrom(...provinces)),
        reference: fc.option(fc.constant('ref')),
      }),
      { freq: 1 },
    ),
  });
  return fc.tuple(assignerNear(model), rest).map(([assigner, others]) => ({ ...others, ...assigner }));
}

function approvalsNear(model: AuthorityModel): fc.Arbitrary<VerifiedApproval[]> {
  const verified = fc.constantFrom('valid', 'valid', 'valid', 'unsigned', 'invalid');
  const asRequired = fc
    .array(verified, { minLength: 6, maxLength: 6 })
    .map((verdicts) => model.approvals.map((step, index) => ({ ...step, verified: verdicts[index] ?? 'valid' })));
  const shuffled = asRequired.chain((given) => fc.shuffledSubarray(given));
  const others = fc.array(
    fc.tuple(anyStep, verified).map(([step, verdict]) => ({ ...step, verified: verdict })),
    { maxLength: 4 },
  );
  return fc.oneof({ weight: 4, arbitrary: asRequired }, shuffled, others);
}

/** One province's answer; `depth` bounds how many origins stand behind it. */
export function anyInput(depth = 1): fc.Arbitrary<SubstantiationInput> {
  const anyOrigin: fc.Arbitrary<OriginAnswer | undefined> =
    depth === 0
      ? fc.constant(undefined)
      : fc.oneof({ weight: 4, arbitrary: anyInput(depth - 1) }, fc.constantFrom('unknown', 'unavailable', undefined));
  return fc
    .tuple(anyModel, fc.constantFrom(...provinces))
    .chain(([model, province]) =>
      fc.record({
        model: fc.constant(model),
        province: fc.constant(province),
        claims: fc.record({
          status: fc.constantFrom('red', 'red', 'yellow', 'yellow', 'green', 'indeterminate'),
          status_as_of: fc.constant('2022-06-14T08:00:00+08:00'),
          ground: fc.uniqueArray(fc.constantFrom(...model.grounds, ...model.grounds, ...grounds), {
            maxLength: 2,
          }),
          provenance: fc.option(assignmentNear(model), { freq: 9 }),
          handle: fc.constant('h'),
          flags: fc.uniqueArray(fc.constantFrom('popup', 'limited_movement'), { maxLength: 2 }),
        }),
        approvals: approvalsNear(model),
        statementSigned: fc.boolean(),
        localGroundOnly: fc.boolean(),
        origin: anyOrigin,
      }),
    )
    .map(({ origin, ...input }) => (origin === undefined ? input : { ...input, origin }));
}
