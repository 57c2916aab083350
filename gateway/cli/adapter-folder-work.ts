import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AdapterFolderError, readAdapterFolder } from '../../adapters/adapter-folder.ts';
import { detail, finding, inScenarios } from '../../adapters/conformance/finding.ts';
import { checkLive, LIVE_DEFAULTS, type LiveOutcome } from '../../adapters/conformance/live-checks.ts';
import type { LiveTarget } from '../../adapters/conformance/live-target.ts';
import { openProbeFetch } from '../../adapters/conformance/probe-fetch.ts';
import { conformanceReport } from '../../adapters/conformance/report.ts';
import { startSimulatedTarget } from '../../adapters/conformance/simulated-target.ts';
import { checkStatic, type StaticOutcome } from '../../adapters/conformance/static-checks.ts';
import type { Subject } from '../../adapters/conformance/subject.ts';
import { adapterTemplate } from '../../adapters/conformance/template.ts';
import { manifestsBeside } from '../../adapters/provinces/index.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { ConformanceReport } from '../../schemas/conformance-report.ts';
import type { CredentialFamily } from '../../schemas/credential-family.ts';
import type { DriverName } from '../../schemas/driver-config.ts';
import { conformanceCheckText } from '../../schemas/texts/conformance-checks.ts';
import { readAccessFile } from './adapter-access.ts';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';

export interface InitOptions {
  readonly province: ProvinceCode;
  readonly driver: DriverName;
  readonly family?: CredentialFamily;
  readonly name: string;
}
export interface CheckOptions {
  readonly json?: boolean;
  readonly production?: boolean;
}
export interface TestOptions extends CheckOptions {
  readonly url?: string;
  readonly secrets?: string;
}

/** Writes a new folder whose blanks start with FILL_. Throws CliError where something lies there. */
export function writeTemplate(dir: string, choice: InitOptions): void {
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    const text = { zh: `${dir} 已存在且不为空`, en: `${dir} exists and is not empty` };
    throw CliError.of('usage_invalid', text);
  }
  for (const { path, text } of adapterTemplate(choice)) {
    const target = join(dir, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, { flag: 'wx' });
  }
}

/** What the static check finds in a folder. Throws CliError where it cannot be read. */
export function checkFolder(dir: string, options: CheckOptions): ConformanceReport {
  const { digest, outcome } = checkStatically(dir, options);
  const parts = { manifest: outcome.subject?.manifest ?? null, manifestDigest: digest, latency: null };
  return conformanceReport({ ...parts, level: 'static', outcomes: [outcome], nowMs: Date.now() });
}

/** The same, and what the system itself, or a simulated one, answers. Throws CliError. */
export async function testFolder(cli: Cli, dir: string, options: TestOptions): Promise<ConformanceReport> {
  const { digest, outcome } = checkStatically(dir, options);
  const parts = { manifest: outcome.subject?.manifest ?? null, manifestDigest: digest, level: 'live' } as const;
  // What the static check refuses may not even start: the report then says what stands in the way.
  const live = outcome.checks.every(({ passed }) => passed) ? await testLive(cli, outcome.subject, options) : null;
  const outcomes = live === null ? [outcome] : [outcome, live];
  const report = { ...parts, outcomes, latency: live?.latency ?? null, nowMs: Date.now() };
  return conformanceReport(live === null ? { ...report, level: 'static' } : report);
}

function checkStatically(dir: string, { production }: CheckOptions): { digest: string; outcome: StaticOutcome } {
  const folder = readFolder(dir);
  return {
    digest: folder.manifestDigest,
    outcome: checkStatic(folder, { others: manifestsBeside(dir), production: production === true }),
  };
}

async function testLive(cli: Cli, subject: Subject | null, { url, secrets }: TestOptions) {
  if (subject === null) return null;
  const options = { ...LIVE_DEFAULTS, onCheck: (name: string) => cli.progress(cli.say(conformanceCheckText(name))) };
  try {
    if (url !== undefined && secrets !== undefined)
      return await checkLive(remoteTarget(subject, url, secrets), options);
    const { target, close } = await startSimulatedTarget(subject.manifest, subject.scenarios, Date.now);
    try {
      const outcome = await checkLive(target, options);
      return subject.scenarios.exchanges === undefined ? unheld(outcome) : outcome;
    } finally {
      close();
    }
  } finally {
    cli.progress('');
  }
}

/** A simulated system agrees with the manifest that it was made from: that alone says nothing about the real one. */
function unheld(outcome: LiveOutcome): LiveOutcome {
  const found = finding('exchange_undocumented', inScenarios('/exchanges'), detail('test_system_too'));
  return { ...outcome, findings: [...outcome.findings, found] };
}

function remoteTarget({ manifest, scenarios }: Subject, url: string, accessPath: string): LiveTarget {
  const { secrets, codes } = readAccessFile(accessPath, scenarios);
  return { manifest, scenarios, codes, secrets, fetchWithin: openProbeFetch(url), nowMs: Date.now, setFault: null };
}

function readFolder(dir: string) {
  try {
    return readAdapterFolder(dir);
  } catch (error) {
    if (!(error instanceof AdapterFolderError)) throw error;
    throw CliError.of('file_unreadable', { zh: `无法读取：${error.message}`, en: error.message });
  }
}
