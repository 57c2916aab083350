import { createServer } from 'node:http';
import { join } from 'node:path';
import type { ProvinceFolder } from '../../adapters/provinces/index.ts';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { mintText } from '../../adapters/sandbox/mint.ts';
import { fillRecord } from '../../adapters/sandbox/record-template.ts';
import { StatementKeys } from '../../adapters/sandbox/statement-keys.ts';
import { answerReply } from '../../adapters/sandbox/wire.ts';
import { compileTranslator } from '../../adapters/translate.ts';
import { withAsOf } from '../../adapters/with-as-of.ts';
import { sandboxEntityIds } from '../sandbox/entity-ids.ts';
import { openReplaySigner } from './replay-statement.ts';

/** Longer than any client keeps a connection idle, so that it is never we who close one in use. */
const KEEP_ALIVE_MS = 120_000;
const JSON_TYPE = 'application/json; charset=utf-8';

/** One province of one nation, that answers with what was signed before it was asked. */
export interface ReplayedProvince {
  readonly origin: string;
  readonly mint: (nowMs: number) => string;
  readonly forget: () => void;
  readonly close: () => void;
}

/** Starts a province of the nation that keeps its keys in `dataDir`; the nation's sandbox will find them there. */
export async function startReplayedProvince(
  folder: ProvinceFolder,
  { dataDir, base }: { readonly dataDir: string; readonly base: string },
): Promise<ReplayedProvince> {
  const { manifest } = folder;
  const mint = openMint(folder, sandboxEntityIds(base).province(manifest.province), dataDir);
  const replies = new Map<string, Buffer>();
  const codeIn = openCodeIn(folder);
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (text: string) => {
      body += text;
    });
    request.once('end', () => {
      const reply = replies.get(codeIn(body));
      if (reply === undefined) return response.writeHead(404).end();
      return response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': reply.length }).end(reply);
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const origin = await listenOnLoopback(server);
  return {
    origin,
    mint: (nowMs) => {
      const { code, reply } = mint(nowMs);
      replies.set(code, reply);
      return code;
    },
    forget: () => replies.clear(),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Makes a new code and the whole reply to it, as fresh as the green scenario's. */
function openMint({ manifest, scenarios }: ProvinceFolder, issuer: string, dataDir: string) {
  const { driver, statement, reply, province } = manifest;
  // The systems of the benchmark's mix; they answer in JSON, by the code itself.
  if (driver.name !== 'tif' && driver.name !== 'signed-json' && driver.name !== 'form') {
    throw new Error(`${province}: ${driver.name} is not replayed`);
  }
  const green = scenarios.scenarios.find(({ scenario }) => scenario === 'green');
  if (green?.record === undefined) throw new Error(`${province} has no green scenario`);
  const { record, as_of_age_s = 0 } = green;
  const translate = compileTranslator(manifest);
  const sign = statement === null ? null : openReplaySigner(statementKey(dataDir, province), issuer);
  return (nowMs: number) => {
    const code = mintText(scenarios.code_template);
    const shown = withAsOf(fillRecord(record, new Map()), reply.as_of, nowMs - as_of_age_s * 1000);
    const signed = sign?.(translate(shown, code, nowMs).claims, nowMs) ?? null;
    const { body } = answerReply(driver, statement?.at ?? null, { kind: 'found', record: shown, statement: signed });
    return { code, reply: Buffer.from(body) };
  };
}

function statementKey(dataDir: string, province: string) {
  const path = join(dataDir, 'keys', 'sandbox', province, 'statement-keys.json');
  return new StatementKeys(path, 'P-256', () => Math.floor(Date.now() / 1000)).active;
}

/** Where in a question the code stands: it is found by its prefix, without reading the question. */
function openCodeIn({ manifest: { recognise, province } }: ProvinceFolder): (question: string) => string {
  const [first] = recognise;
  if (first?.kind !== 'prefix' || first.length.min !== first.length.max) {
    throw new Error(`${province}: codes of this shape are not replayed`);
  }
  const { prefix, length } = first;
  return (question) => {
    const at = question.indexOf(prefix);
    return at === -1 ? '' : question.slice(at, at + length.max);
  };
}
