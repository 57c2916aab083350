import type { Manifest } from '../../schemas/manifest.ts';
import type { Scenario, Scenarios } from '../../schemas/scenarios.ts';
import { mintCode } from './mint.ts';
import type { SandboxCode } from './protocol.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import { openTokenOf } from './token-of.ts';

/** One province's scenarios, each behind a freshly minted code. */
export class ScenarioCodes {
  readonly #upstream: SimulatedUpstream;
  readonly #template: string;
  readonly #tokenOf: (code: string) => string;
  readonly #codes: { readonly code: string; readonly scenario: Scenario }[] = [];

  constructor(upstream: SimulatedUpstream, scenarios: Scenarios) {
    this.#upstream = upstream;
    this.#template = scenarios.code_template;
    this.#tokenOf = openTokenOf(upstream.manifest);
    for (const scenario of scenarios.scenarios) this.#codes.push({ code: this.#mint(scenario), scenario });
  }

  /** Every scenario with its code, and its record as the system would show it at `nowMs`. */
  list(nowMs: number): SandboxCode[] {
    const { manifest, book } = this.#upstream;
    return this.#codes.map(({ code, scenario }) => {
      const known = scenario.answer === 'record' ? book.look(this.#tokenOf(code), nowMs) : null;
      return {
        province: manifest.province,
        system: manifest.system.id,
        scenario: scenario.scenario,
        code,
        expected: scenario.expected,
        record: known === null || known === 'expired' ? null : known.record,
      };
    });
  }

  /** Puts one raw record behind a new code. */
  post(record: SandboxCode['record']): string {
    const code = mintCode(this.#template);
    this.#upstream.book.addPosted(this.#tokenOf(code), record);
    return code;
  }

  #mint(scenario: Scenario): string {
    const code = mintCode(this.#template);
    const token = this.#tokenOf(code);
    if (scenario.answer === 'expired') this.#upstream.book.addScenario(token, { kind: 'expired' });
    if (scenario.answer === 'record')
      this.#upstream.book.addScenario(token, entryOf(this.#upstream.manifest, scenario));
    return code;
  }
}

function entryOf(manifest: Manifest, scenario: Scenario) {
  if (scenario.record === undefined)
    throw new Error(`${manifest.province}: scenario ${scenario.scenario} has no record`);
  return { kind: 'record', record: scenario.record, asOfAgeS: scenario.as_of_age_s ?? null } as const;
}
