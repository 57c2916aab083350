import type { SandboxCode } from '../../schemas/sandbox.ts';
import type { JsonValue, Scenario, Scenarios } from '../../schemas/scenarios.ts';
import { doorScenariosOf } from './door-scenarios.ts';
import { fillRecord, type ScenarioTokens } from './record-template.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import { openTokenOf } from './token-of.ts';

interface MintedScenario {
  readonly code: string;
  readonly token: string;
  readonly scenario: Scenario;
  readonly venue?: string;
}

/** One province's scenarios, each behind a freshly minted code. */
export class ScenarioCodes {
  readonly #upstream: SimulatedUpstream;
  readonly #template: string;
  readonly #tokenOf: (code: string) => string;
  readonly #minted: readonly MintedScenario[];

  constructor(upstream: SimulatedUpstream, { code_template, scenarios }: Scenarios) {
    this.#upstream = upstream;
    this.#template = code_template;
    this.#tokenOf = openTokenOf(upstream.manifest);
    const here = scenarios.map((scenario) => ({ scenario }));
    this.#minted = [...here, ...doorScenariosOf(upstream.manifest.province, scenarios)].map((one) => {
      const { answer, record } = one.scenario;
      const code = upstream.wire.mint(code_template, answer === 'expired', record);
      return { ...one, code, token: this.#tokenOf(code) };
    });
  }

  /** The tokens by `<province>/<scenario>`, for records that refer to one another. */
  *tokens(): Iterable<readonly [string, string]> {
    for (const { token, scenario } of this.#minted) {
      yield [`${this.#upstream.manifest.province}/${scenario.scenario}`, token];
    }
  }

  /** Enters the scenarios' records into the system's book. */
  enter(tokens: ScenarioTokens): void {
    const { book, wire } = this.#upstream;
    for (const { token, scenario } of this.#minted) {
      const subject = wire.subjectOf(token);
      if (scenario.answer === 'expired') book.addScenario(subject, { kind: 'expired' });
      if (scenario.answer === 'record') book.addScenario(subject, this.#entryOf(scenario, token, tokens));
    }
  }

  /** Every scenario with its code, and its record as the system would show it at `nowMs`. */
  list(nowMs: number): SandboxCode[] {
    const { manifest, book, wire } = this.#upstream;
    return this.#minted.map(({ code, token, scenario, venue }) => {
      const known = scenario.answer === 'record' ? book.look(wire.subjectOf(token), nowMs) : null;
      return {
        province: manifest.province,
        system: manifest.system.id,
        scenario: scenario.scenario,
        code,
        ...(venue === undefined ? {} : { venue }),
        expected: scenario.expected,
        record: known === null || known === 'expired' ? null : known.record,
      };
    });
  }

  /** Puts one raw record behind a new code. */
  post(record: JsonValue): string {
    const { book, wire, agencies } = this.#upstream;
    const code = wire.mint(this.#template, false, record);
    const token = this.#tokenOf(code);
    book.addPosted(wire.subjectOf(token), token, agencies.sign(record, token));
    return code;
  }

  #entryOf(scenario: Scenario, token: string, tokens: ScenarioTokens) {
    const { manifest, agencies } = this.#upstream;
    if (scenario.record === undefined)
      throw new Error(`${manifest.province}: scenario ${scenario.scenario} has no record`);
    const record = agencies.sign(fillRecord(scenario.record, tokens), token);
    return { kind: 'record', token, record, asOfAgeS: scenario.as_of_age_s ?? null } as const;
  }
}
