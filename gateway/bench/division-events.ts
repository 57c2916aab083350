import { createHash } from 'node:crypto';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import type { FoldState } from '../registry/fold-state.ts';
import type { SandboxActors } from '../sandbox/actors.ts';
import { type ChainHead, signEvent } from '../trust/registry-event.ts';

/** A division's own system, the code that it issues, and what registers it. */
export interface DivisionSystem {
  readonly manifest: Manifest;
  readonly text: string;
  readonly code: string;
}

const PATTERN = '410000';

/** So many systems, each of another division, dealt out to the provinces; no two recognise one code. */
export function divisionSystems(count: number): DivisionSystem[] {
  const provinces = loadProvinces();
  const pattern = provinces.find(({ manifest }) => manifest.province === PATTERN)?.manifest;
  const codes = provinces.map(({ manifest }) => manifest.province).filter((province) => /^[1-6]/.test(province));
  if (pattern === undefined) throw new Error('the pattern of a system is not there');
  return Array.from({ length: count }, (_, at) => {
    const province: ProvinceCode = codes[at % codes.length] ?? PATTERN;
    const division = `${province.slice(0, 2)}${String(Math.floor(at / codes.length) + 1).padStart(4, '0')}`;
    const prefix = `D${division}`;
    const recognise = [{ kind: 'prefix', prefix, length: { min: 39, max: 39 }, alphabet: 'hex' } as const];
    const system = { ...pattern.system, id: `${pattern.system.id}-${division}` };
    const manifest: Manifest = { ...pattern, province, division, system, recognise };
    return { manifest, text: JSON.stringify(manifest), code: prefix + 'a'.repeat(32) };
  });
}

/** Signs what registers them and puts them to use: submitted, checked, approved twice, activated. */
export async function* registrations(
  systems: readonly DivisionSystem[],
  { provinces, registrar, operators }: SandboxActors,
  { entities }: FoldState,
  nowS: () => number,
): AsyncGenerator<Uint8Array> {
  const heads = new Map<string, ChainHead>();
  async function signed<K extends RegistryEventKind>(
    actor: Actor,
    kind: K,
    body: RegistryEventBody<K>,
  ): Promise<Uint8Array> {
    const { entityId } = actor;
    const { seq, prev } = entities.get(entityId) ?? { seq: 0, prev: null };
    const { jws, head } = await signEvent(
      actor.signer,
      heads.get(entityId) ?? { entityId, seq, prev },
      { kind, body },
      nowS(),
    );
    heads.set(entityId, head);
    return Buffer.from(jws);
  }
  for (const { manifest, text } of systems) {
    const owner = provinces.get(manifest.province);
    if (owner === undefined) throw new Error('a province without keys');
    const named = namingOf(manifest, text);
    yield await signed(owner, 'adapter_submitted', { manifest: text, scenarios_digest: named.manifest_digest });
    yield await signed(registrar, 'adapter_checked', checked(named));
    for (const operator of operators) yield await signed(operator, 'adapter_approved', named);
    yield await signed(operators[0], 'adapter_activated', { ...named, mode: { stage: 'full' } });
  }
}

function namingOf({ province, division = '', version }: Manifest, text: string) {
  return { province, division, version, manifest_digest: createHash('sha256').update(text).digest('base64url') };
}

function checked(named: ReturnType<typeof namingOf>): RegistryEventBody<'adapter_checked'> {
  const { division: _division, ...about } = named;
  const found = {
    level: 'static',
    passed: true,
    findings: [],
    checks: [],
    generated_at: '2022-06-13T00:00:00Z',
  } as const;
  const report = JSON.stringify({ ...about, ...found, system: null, kit_version: '1.0.0' });
  return { ...named, passed: true, level: 'static', report };
}
