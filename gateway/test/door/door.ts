/**
 * `npm run door`: the scanner's page in Chromium at length. Codes of every system by camera, a thousand scans and what they
 * leave in memory, a thousand passes without a network, every state at every width, and how long an answer takes.
 */
import { startSandboxGateway } from '../sandbox-gateway.ts';
import { sandboxCodes } from '../venue-client.ts';
import { everyLook } from './every-look.ts';
import { everySystem } from './every-system.ts';
import { memoryOfManyScans, passesOffline } from './in-a-row.ts';
import { readOptions } from './options.ts';
import { everyRefusal } from './refusals.ts';
import type { DoorRun } from './run.ts';
import { timings } from './timings.ts';

const PARTS: ReadonlyMap<string, (run: DoorRun) => Promise<void>> = new Map([
  ['timings', timings],
  ['systems', everySystem],
  ['refusals', everyRefusal],
  ['looks', everyLook],
  ['passes', passesOffline],
  ['memory', memoryOfManyScans],
]);

const options = readOptions(process.argv.slice(2));
const unknown = options.only.find((name) => !PARTS.has(name));
if (unknown !== undefined) throw new Error(`there is no part ${unknown}; there are ${[...PARTS.keys()].join(', ')}`);
const faults: string[] = [];
const say = (line: string) => process.stdout.write(`${line}\n`);
const gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn', HUREN_CLIENT_RATE: '1000' });
try {
  const codes = await sandboxCodes(gateway.url);
  const fault = (line: string) => {
    faults.push(line);
    say(`FAULT ${line}`);
  };
  for (const [name, part] of PARTS) {
    if (options.only.length > 0 && !options.only.includes(name)) continue;
    await part({ gateway, codes, options, note: (line) => say(`${name}: ${line}`), fault });
  }
} finally {
  await gateway.stop();
}
say(`${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
