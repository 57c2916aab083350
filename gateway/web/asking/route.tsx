import type { ComponentChildren } from 'preact';
import { PROVINCES, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { say } from '../shell/language.ts';

interface RouteProps {
  readonly claims: { readonly issuer_province: ProvinceCode; readonly destination: ProvinceCode };
  /** What it says, each in a `span`. */
  readonly children: ComponentChildren;
}

/** What an answer or a pass says, and from where to where it goes. */
export function Route({ claims, children }: RouteProps) {
  return (
    <p class="route">
      {children}
      <span>{wayText(claims)}</span>
    </p>
  );
}

/** From where to where. */
export function wayText({ issuer_province, destination }: RouteProps['claims']): string {
  return `${say(PROVINCES[issuer_province])} → ${say(PROVINCES[destination])}`;
}
