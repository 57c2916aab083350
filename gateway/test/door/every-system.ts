import { z } from 'zod';
import type { SandboxCode } from '../../../schemas/sandbox.ts';
import { DoorPage, startDoorBrowser, VENUE } from '../scan-page.ts';
import type { DoorRun } from './run.ts';

const askedSchema = z.object({ code: z.string() });
/** A view and the empty one after it last a second each; a busy machine misses some, and they come round again. */
const PER_VIEW_MS = 2_000;
const ROUNDS = 6;

/** A camera sees one code of each system for each decision there is; each has to be answered as the sandbox says. */
export async function everySystem({ gateway, codes, note, fault }: DoorRun): Promise<void> {
  const wanted = oneForEachDecision(codes);
  const waiting = new Map(wanted.map((code) => [code.code, code]));
  const door = await startDoorBrowser(wanted.map(({ code }) => code));
  const open = await DoorPage.open(door.browser, gateway.url);
  let asked: string | null = null;
  open.page.on('request', (request) => {
    if (!request.url().endsWith('/v1/verifications')) return;
    asked = askedSchema.parse(request.postDataJSON()).code;
  });
  const untilMs = performance.now() + wanted.length * PER_VIEW_MS * ROUNDS;
  while (waiting.size > 0 && performance.now() < untilMs) {
    const shown = await open.answer();
    const of = asked === null ? undefined : waiting.get(asked);
    if (of !== undefined) {
      waiting.delete(of.code);
      const expected = 'decision' in of.expected ? of.expected.decision : undefined;
      if (shown.decision !== expected || shown.verified !== 'true') {
        fault(`${of.province} ${of.scenario}: ${JSON.stringify(shown)}`);
      }
    }
    await open.page.keyboard.press('Escape');
    await open.page.locator('.scanner:not([inert])').waitFor();
  }
  for (const { province, scenario } of waiting.values()) fault(`${province} ${scenario} was never answered`);
  const everyCode = codes.map(({ code }) => code);
  for (const complaint of [...open.complaints, ...open.astray(gateway.url, everyCode)]) fault(complaint);
  const systems = new Set(wanted.map(({ province }) => province)).size;
  note(`${wanted.length} codes of ${systems} systems by camera, ${waiting.size} without an answer`);
  await door.close();
}

function oneForEachDecision(codes: readonly SandboxCode[]): SandboxCode[] {
  const found = new Map<string, SandboxCode>();
  for (const code of codes) {
    if (!('decision' in code.expected) || (code.venue ?? VENUE) !== VENUE) continue;
    const key = `${code.province} ${code.expected.decision}`;
    if (!found.has(key)) found.set(key, code);
  }
  return [...found.values()];
}
