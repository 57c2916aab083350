import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { huren, type Ran } from '../cli/huren.fixture.ts';
import { readConfig } from '../compose/config.ts';
import { startNode } from '../compose/node.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { freePort } from './free-port.ts';
import type { SandboxGateway } from './sandbox-gateway.ts';

/** A gateway that a province has just set up: it runs under keys of its own, and nobody has admitted it yet. */
export interface NewGateway {
  readonly id: string;
  readonly superior: string;
  readonly dataDir: string;
  /** What it hands to the province. */
  readonly request: string;
  /** The command line where the gateway runs. */
  readonly own: (...argv: string[]) => Promise<Ran>;
  /** The same description once more. */
  readonly describe: () => Promise<Ran>;
  readonly stop: () => Promise<void>;
}

/** Describes it, starts it and writes its request, below a province of a sandbox. */
export async function startNewGateway(sandbox: SandboxGateway, province: ProvinceCode): Promise<NewGateway> {
  const dataDir = mkdtempSync(join(tmpdir(), 'huren-new-gateway-'));
  const port = await freePort();
  const id = `http://127.0.0.1:${port}`;
  const superior = `${sandbox.url}/provinces/${province}`;
  const own = (...argv: string[]) => huren(argv, { HUREN_URL: sandbox.url, HUREN_DATA_DIR: dataDir });
  const place = ['--entity', id, '--superior', superior, '--province', province];
  const describe = () => own('authority', 'init', '--kind', 'gateway', ...place, '--json');
  const done = ({ exit, stderr }: Ran) => expect([exit, stderr]).toEqual([0, '']);
  done(await describe());
  const env = { HUREN_PORT: String(port), HUREN_DATA_DIR: dataDir, HUREN_LOG_LEVEL: 'fatal' };
  const config = readConfig({ ...env, HUREN_ANCHOR_FILE: join(sandbox.dataDir, 'anchor.json') });
  const node = await startNode(config, { networks: LOOPBACK_ONLY });
  const request = join(dataDir, 'gateway.request');
  done(await own('authority', 'request', '--owner', 'gateway', '--out', request, '--json'));
  const stop = async () => {
    await node.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { id, superior, dataDir, request, own, describe, stop };
}
