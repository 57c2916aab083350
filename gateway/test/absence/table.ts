import type { Federation } from './federation.ts';
import { ALL_GOOD, FAULTS, INPUT_NAMES, INPUTS, type Input } from './inputs.ts';
import { ACCEPTED, type Outcome, run } from './run.ts';

const NAMES: Readonly<Record<Input, string>> = {
  key: 'attestation key',
  chain: 'trust chain',
  registry: 'registry',
  policy: 'policy',
  mandate: 'mandate',
  clock: 'clock',
  upstream: 'upstream',
  cache: 'cache (the province is away)',
  evidence: 'statement, as the province sends it',
  hand: 'evidence, as the verifier is handed it',
  status_list: 'status list (passes)',
};

/** The table of `deploy/never-valid-by-absence.md`: one thing wrong at a time, and what comes of a green. */
export async function tableText(federation: Federation): Promise<string> {
  const rows: string[] = [];
  for (const input of INPUT_NAMES) {
    for (const fault of FAULTS) {
      const cell = INPUTS[input][fault];
      const name = `**${NAMES[input]}** ${fault.replace('_', ' ')}`;
      if (typeof cell !== 'string') {
        rows.push(`| ${name} | *${cell.elsewhere}* | | | |`);
        continue;
      }
      const away = input === 'cache' ? { upstream: 'unreachable' as const } : {};
      const outcome = await run(federation, { ...ALL_GOOD, ...away, [input]: fault }, 'green');
      rows.push(`| ${name} | ${cell} | ${columnsOf(outcome).join(' | ')} |`);
    }
  }
  return rows.join('\n');
}

function columnsOf({ gateway, counted, verifier, pass }: Outcome): string[] {
  const answered = `\`${gateway}\`${counted === '' ? '' : ` (counted as \`${counted}\`)`}`;
  return [answered, verifier === null ? '–' : shown(verifier), shown(pass)];
}

function shown(outcome: string): string {
  return outcome === ACCEPTED ? 'verifies' : `\`${outcome}\``;
}
