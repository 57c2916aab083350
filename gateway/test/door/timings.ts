import { z } from 'zod';
import { codeOf, DoorPage, startDoorBrowser } from '../scan-page.ts';
import type { DoorRun } from './run.ts';

const STARTS = 9;
/** Notes when a frame was taken, and when an answer stood in its element. As text: it runs before the page. */
const WATCH = `(() => {
  const seen = { taken: 0, read: 0, answered: null };
  globalThis.seenAtDoor = seen;
  const take = globalThis.createImageBitmap;
  globalThis.createImageBitmap = (...given) => {
    if (given[0] instanceof HTMLVideoElement) seen.taken = performance.now();
    return take(...given);
  };
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...given) { seen.read = seen.taken; return post.apply(this, given); };
  const look = () => {
    const answer = document.querySelector('#answer[data-verified]');
    if (answer === null || seen.answered !== null) return;
    const asked = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/v1/verifications'));
    seen.answered = { at: performance.now(), frame: seen.read, asked: asked.at(-1)?.duration ?? 0 };
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
})()`;
const seenSchema = z.object({ at: z.number(), frame: z.number(), asked: z.number() });

/** From a frame to the answer, and from an empty browser to the first answer, both beside the question itself. */
export async function timings({ gateway, codes, note }: DoorRun): Promise<void> {
  const green = codeOf(codes, '410000', 'green');
  const door = await startDoorBrowser([green]);
  const frames: number[] = [];
  const starts: number[] = [];
  for (let at = 0; at < STARTS; at += 1) {
    const open = await DoorPage.open(door.browser, gateway.url, { before: WATCH });
    await open.answer();
    const { at: answeredMs, frame, asked } = seenSchema.parse(await open.page.evaluate('seenAtDoor.answered'));
    frames.push(answeredMs - frame - asked);
    starts.push(answeredMs - asked);
    await open.context.close();
  }
  await door.close();
  note(
    `frame to answer, beside the question: median ${median(frames)} ms, worst ${Math.round(Math.max(...frames))} ms`,
  );
  note(
    `cold start to answer, beside the question: median ${median(starts)} ms, worst ${Math.round(Math.max(...starts))} ms`,
  );
}

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}
