import { startedWith } from '../../program-options.ts';
import { startSandboxGateway } from '../sandbox-gateway.ts';
import { sandboxCodes } from '../venue-client.ts';
import { everyLook } from './every-look.ts';
import { everySystem } from './every-system.ts';
import { memoryOfManyScans, passesOffline } from './in-a-row.ts';
import { type DoorPart, HELP, readOptions } from './options.ts';
import { everyRefusal } from './refusals.ts';
import type { DoorRun } from './run.ts';
import { timings } from './timings.ts';

const PARTS: Readonly<Record<DoorPart, (run: DoorRun) => Promise<void>>> = {
  timings,
  systems: everySystem,
  refusals: everyRefusal,
  looks: everyLook,
  passes: passesOffline,
  memory: memoryOfManyScans,
};

const options = startedWith(HELP, readOptions);
const faults: string[] = [];
const say = (line: string) => process.stdout.write(`${line}\n`);
const gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn', HUREN_CLIENT_RATE: '1000' });
try {
  const codes = await sandboxCodes(gateway.url);
  const fault = (line: string) => {
    faults.push(line);
    say(`FAULT ${line}`);
  };
  for (const name of options.only) {
    await PARTS[name]({ gateway, codes, options, note: (line) => say(`${name}: ${line}`), fault });
  }
} finally {
  await gateway.stop();
}
say(`${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
