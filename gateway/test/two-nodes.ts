import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readyMessageSchema } from '../../adapters/sandbox/protocol.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { type Child, type ChildStart, startChild } from '../bench/child.ts';
import { freePort } from './free-port.ts';
import { type ListeningProxy, startListeningProxy } from './listening-proxy.ts';

/** One node in a process of its own, with data of its own. */
export interface SeparateNode {
  readonly url: string;
  readonly dataDir: string;
  /** Everything it has written so far, its simulated systems included. */
  readonly output: () => string;
}

/** A gateway with its nation, and the issuer that it asks; somebody listens to either way between them. */
export interface TwoNodes {
  readonly destination: SeparateNode;
  readonly issuer: SeparateNode;
  /** What the destination sends to the issuer. */
  readonly toIssuer: ListeningProxy;
  /** What the issuer sends to the destination. */
  readonly toDestination: ListeningProxy;
  readonly stop: () => Promise<void>;
}

const destinationReady = z.strictObject({ url: z.url(), sandbox: readyMessageSchema });
const issuerReady = z.strictObject({ url: z.url() });

/** Starts both, the issuer for `provinces`. `env`: settings of both. */
export async function startTwoNodes(
  provinces: readonly ProvinceCode[],
  env: Readonly<Record<string, string>>,
): Promise<TwoNodes> {
  const [toIssuer, toDestination] = [await startListeningProxy(), await startListeningProxy()];
  const started: Child<unknown>[] = [];
  const folders: string[] = [];
  const start = async <R extends z.ZodType>(
    child: Omit<ChildStart<R>, 'env' | 'onOutput'>,
    more: object,
    dataDir: string,
  ) => {
    let output = '';
    const onOutput = (text: string) => {
      output += text;
    };
    const running = await startChild({ ...child, env: { ...env, ...more }, onOutput });
    started.push(running);
    return { ready: running.ready, dataDir, output: () => output };
  };
  const makeDataDir = () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'huren-two-nodes-'));
    folders.push(dataDir);
    return dataDir;
  };
  const stop = async () => {
    for (const child of started.reverse()) await child.stop();
    await Promise.all([toIssuer.stop(), toDestination.stop()]);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const dataDir = makeDataDir();
    const own = {
      HUREN_PORT: '0',
      HUREN_HOST: '127.0.0.1',
      HUREN_DATA_DIR: dataDir,
      HUREN_ENTITY_ID: toDestination.url,
    };
    const nation = await start({ file: 'gateway-server.ts', settings: {}, ready: destinationReady }, own, dataDir);
    toDestination.target = nation.ready.url;
    const port = await freePort();
    toIssuer.target = `http://127.0.0.1:${port}`;
    const issuerDir = makeDataDir();
    const settings = {
      nation: { url: toDestination.url, base: toDestination.url, dataDir, systems: nation.ready.sandbox },
      issuer: { provinces, dataDir: issuerDir, port, publicUrl: toIssuer.url },
    };
    const issuer = await start({ file: 'issuer-server.ts', settings, ready: issuerReady }, {}, issuerDir);
    return {
      destination: { ...nation, url: nation.ready.url },
      issuer: { ...issuer, url: issuer.ready.url },
      toIssuer,
      toDestination,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
