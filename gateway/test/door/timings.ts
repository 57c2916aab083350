import { z } from 'zod';
import { codeOf, DoorPage, startDoorBrowser } from '../scan-page.ts';
import type { DoorRun } from './run.ts';

const STARTS = 9;
const ANSWERS = 12;
/** Beyond these something hangs, however busy the machine is; what is asked of it (2 s, 300 ms) is read off the notes. */
const HANGS_MS = { start: 30_000, answer: 5_000 };
/** Notes when a frame was taken, and when each answer stood in its element. As text: it runs before the page. */
const WATCH = `(() => {
  const seen = { taken: 0, read: 0, isShown: false };
  globalThis.answersAtDoor = [];
  const take = globalThis.createImageBitmap;
  globalThis.createImageBitmap = (...given) => {
    if (given[0] instanceof HTMLVideoElement) seen.taken = performance.now();
    return take(...given);
  };
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...given) { seen.read = seen.taken; return post.apply(this, given); };
  const look = () => {
    const isShown = document.querySelector('#answer[data-verified]') !== null;
    if (isShown && !seen.isShown) {
      const asked = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/v1/verifications'));
      answersAtDoor.push({ at: performance.now(), frame: seen.read, asked: asked.at(-1)?.duration ?? 0 });
    }
    seen.isShown = isShown;
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
})()`;
const answersSchema = z.array(z.object({ at: z.number(), frame: z.number(), asked: z.number() }));

/** From an empty browser to the first answer, and from a frame to each answer later, both beside the question itself. */
export async function timings({ gateway, codes, note, fault }: DoorRun): Promise<void> {
  const [green, yellow] = [codeOf(codes, '410000', 'green'), codeOf(codes, '410000', 'yellow')];
  const still = await startDoorBrowser([green]);
  const starts: number[] = [];
  for (let at = 0; at < STARTS; at += 1) {
    const open = await DoorPage.open(still.browser, gateway.url, { before: WATCH });
    await open.answer();
    const [first] = await answersOf(open);
    if (first !== undefined) starts.push(first.at - first.asked);
    await open.context.close();
  }
  await still.close();
  note(`cold start to answer, beside the question: ${summary(starts)}`);
  if (starts.length < STARTS || Math.max(...starts) > HANGS_MS.start) fault('a cold start came to no answer');

  const moving = await startDoorBrowser([green, yellow]);
  const open = await DoorPage.open(moving.browser, gateway.url, { before: WATCH });
  while ((await answersOf(open)).length <= ANSWERS) await open.putAway();
  const [, ...later] = await answersOf(open);
  const waits = later.map(({ at, frame, asked }) => at - frame - asked);
  note(`frame to answer, beside the question: ${summary(waits)}`);
  if (Math.max(...waits) > HANGS_MS.answer) fault('a frame waited for its answer');
  await moving.close();
}

async function answersOf({ page }: DoorPage) {
  return answersSchema.parse(await page.evaluate('answersAtDoor'));
}

function summary(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => Math.round(sorted[index] ?? 0);
  return `median ${at(Math.floor(sorted.length / 2))} ms, worst ${at(sorted.length - 1)} ms of ${sorted.length}`;
}
