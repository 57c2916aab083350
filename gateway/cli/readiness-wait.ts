import { Agent, request } from 'undici';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { READINESS_REASONS, type ReadinessReason, readinessSchema } from '../../schemas/readiness.ts';
import type { Cli } from './cli.ts';

const ASK_EVERY_MS = 200;
const TELL_EVERY_MS = 2_000;
const EXPLAIN_AFTER_MS = 60_000;
const REPLY_WITHIN_MS = 5_000;

/** `unanswered`: the node does not say. */
type Unready = readonly ReadinessReason[] | 'unanswered';

interface Limits {
  readonly tellEveryMs: number;
  readonly explainAfterMs: number;
}

/** Says on stderr every two seconds that something is still being waited for, until it is done. */
export async function tellingProgress<T>(cli: Cli, waiting: Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const timer = setInterval(() => {
    const s = secondsSince(startedMs);
    tell(cli, cli.say({ zh: `正在启动（${s} 秒）`, en: `starting (${s} s)` }));
  }, TELL_EVERY_MS);
  try {
    return await waiting;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Resolves once the node at `url` says that it is ready, true, or when `signal` ends the wait, false. Until then its
 * reasons stand on stderr, and after a minute what to do about them.
 */
export async function becomesReady(
  cli: Cli,
  url: string,
  signal: AbortSignal,
  { tellEveryMs, explainAfterMs }: Limits = { tellEveryMs: TELL_EVERY_MS, explainAfterMs: EXPLAIN_AFTER_MS },
): Promise<boolean> {
  // It is this very machine that is asked, and nothing secret is said: its certificate need not name this address.
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  const startedMs = performance.now();
  let nextTellMs = startedMs + tellEveryMs;
  let isExplained = false;
  try {
    while (!signal.aborted) {
      const unready = await ask(url, agent, signal);
      if (unready.length === 0) return true;
      const nowMs = performance.now();
      if (!isExplained && nowMs - startedMs >= explainAfterMs) {
        isExplained = true;
        explain(cli, unready, secondsSince(startedMs));
      } else if (!isExplained && nowMs >= nextTellMs) {
        nextTellMs = nowMs + tellEveryMs;
        tell(cli, progressText(cli, unready, secondsSince(startedMs)));
      }
      await pause(ASK_EVERY_MS, signal);
    }
    return false;
  } finally {
    await agent.close();
  }
}

async function ask(url: string, dispatcher: Agent, signal: AbortSignal): Promise<Unready> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(REPLY_WITHIN_MS)]);
    const reply = await request(`${url}/readyz`, { dispatcher, signal: within });
    const parsed = readinessSchema.safeParse(jsonOrUndefined(await reply.body.text()));
    if (parsed.success) return parsed.data.ready ? [] : parsed.data.reasons;
  } catch {
    // Not listening yet, or too busy to answer.
  }
  return 'unanswered';
}

function progressText(cli: Cli, unready: Unready, waitedS: number): string {
  const why = unready === 'unanswered' ? cli.say(NO_ANSWER) : unready.join(', ');
  return `${cli.say({ zh: `尚未就绪（${waitedS} 秒）`, en: `not ready yet (${waitedS} s)` })}: ${why}`;
}

const NO_ANSWER = { zh: '/readyz 没有答复', en: '/readyz does not answer' };

function explain(cli: Cli, unready: Unready, waitedS: number): void {
  const text = {
    zh: `${waitedS} 秒后仍未就绪；继续运行，就绪后会在此告知`,
    en: `still not ready after ${waitedS} s; it goes on serving, and says here when it is`,
  };
  tell(cli, cli.say(text));
  const next = cli.say({ zh: '下一步：', en: 'next: ' });
  if (unready === 'unanswered') line(`  ${cli.say(NO_ANSWER)}`);
  else
    for (const code of unready) line(`  ${reasonText(cli, code)}\n    ${next}${cli.say(READINESS_REASONS[code].next)}`);
}

function reasonText(cli: Cli, code: ReadinessReason): string {
  return `${code}: ${cli.say(READINESS_REASONS[code])}`;
}

function tell(cli: Cli, text: string): void {
  cli.progress('');
  line(`huren: ${text}`);
}

function line(text: string): void {
  console.error(text);
}

function secondsSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) / 1000);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
