import { useEffect, useRef } from 'preact/hooks';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { say } from '../shell/language.ts';
import type { SeenCode } from './code-reader.ts';

/** Several codes in one picture, which is shown with their numbers: nobody guesses whose turn it is. */
export interface Choice {
  readonly codes: readonly SeenCode[];
  readonly picture: ImageBitmap;
}

interface ChoiceProps {
  readonly choice: Choice;
  readonly onChosen: (text: string) => void;
}

export function SeveralCodes({ choice: { codes, picture }, onChosen }: ChoiceProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element !== null) drawNumbered(element, picture, codes);
  }, [picture, codes]);
  return (
    <section class="choice" role="status">
      <p class="lead">{say(SCAN_TEXTS.several)}</p>
      <canvas ref={canvas} role="img" aria-label={say(SCAN_TEXTS.several_picture)} />
      <p class="tools">
        {codes.map(({ text }, at) => (
          <button key={text} type="button" onClick={() => onChosen(text)}>
            {say(SCAN_TEXTS.several_at)} {at + 1}
          </button>
        ))}
      </p>
    </section>
  );
}

function drawNumbered(element: HTMLCanvasElement, picture: ImageBitmap, codes: readonly SeenCode[]): void {
  element.width = picture.width;
  element.height = picture.height;
  const context = element.getContext('2d');
  if (context === null) return;
  context.drawImage(picture, 0, 0);
  const size = Math.max(picture.width, picture.height) / 14;
  context.font = `700 ${size}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const [at, { x, y }] of codes.entries()) {
    context.fillStyle = '#000';
    context.beginPath();
    context.arc(x, y, size, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = '#fff';
    context.fillText(String(at + 1), x, y);
  }
}
