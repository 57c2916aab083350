import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { mintText } from './mint.ts';

/** Tokens of all scenarios, by `<province>/<scenario>`. */
export type ScenarioTokens = ReadonlyMap<string, string>;

const REFERENCE = /\{token:(\d{6}\/[a-z0-9-]+)\}/g;

/**
 * A scenario's record with its placeholders filled: those of mint.ts, and `{token:440000/green}` for the token of
 * another scenario, as a province gives it when it names the origin of a state. Throws for a scenario that is not there.
 */
export function fillRecord(record: JsonValue, tokens: ScenarioTokens): JsonValue {
  if (typeof record === 'string')
    return mintText(record.replaceAll(REFERENCE, (_match, name: string) => tokenOf(name, tokens)));
  if (typeof record !== 'object' || record === null) return record;
  if (Array.isArray(record)) return record.map((item) => fillRecord(item, tokens));
  return Object.fromEntries(Object.entries(record).map(([member, value]) => [member, fillRecord(value, tokens)]));
}

/** Whether a record names the token of another province's scenario. */
export function refersBeyond(province: ProvinceCode, record: JsonValue | undefined): boolean {
  const references = [...JSON.stringify(record ?? null).matchAll(REFERENCE)];
  return references.some(([, name = '']) => !name.startsWith(`${province}/`));
}

function tokenOf(name: string, tokens: ScenarioTokens): string {
  const token = tokens.get(name);
  if (token === undefined) throw new Error(`a fixture refers to the scenario ${name}, which is not there`);
  return token;
}
