import { PASS_TEXTS } from '../../../schemas/texts/pass.ts';
import { passPicture, pathOf, QUIET_MODULES } from '../../passes/pass-picture.ts';
import { say } from '../shell/language.ts';

/** A pass as a scanner reads it: black on white in every scheme, as sharp as the screen or the printer is. */
export function PassCode({ pass }: { readonly pass: string }) {
  const picture = passPicture(pass);
  const side = picture.size + 2 * QUIET_MODULES;
  return (
    <svg
      class="pass-code"
      role="img"
      aria-label={say(PASS_TEXTS.picture)}
      viewBox={`${-QUIET_MODULES} ${-QUIET_MODULES} ${side} ${side}`}
      shape-rendering="crispEdges"
    >
      <rect x={-QUIET_MODULES} y={-QUIET_MODULES} width={side} height={side} fill="#fff" />
      <path d={pathOf(picture)} fill="#000" />
    </svg>
  );
}
