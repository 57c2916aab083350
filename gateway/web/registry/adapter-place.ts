import { type AdapterPlace, adapterIdOf } from '../../../schemas/adapter-id.ts';
import type { AdapterView } from '../../../schemas/registry-views.ts';
import { say } from '../shell/language.ts';

/** Names an adapter within ids of the page: by its province, and by the division whose own system it is. */
export function slugOf({ province, division }: AdapterPlace): string {
  return division === undefined ? province : `${province}-${division}`;
}

/** Where an adapter stands in its list. */
export function anchorOf(place: AdapterPlace): string {
  return `province-${slugOf(place)}`;
}

/** What an event about an adapter calls it by, and nothing else of it. */
export function placeOf({ province, division }: AdapterPlace): AdapterPlace & { readonly division?: string } {
  return division === undefined ? { province } : { province, division };
}

/** True where an event's body is about that adapter and no other one of its province. */
export function isOfPlace(body: AdapterPlace, place: AdapterPlace): boolean {
  return adapterIdOf(body) === adapterIdOf(place);
}

/** Where a version of an adapter is read, or what belongs to it (`/report`). */
export function versionPath({ province, division }: AdapterPlace, version: string, part = ''): string {
  const query = division === undefined ? '' : `?division=${division}`;
  return `/v1/registry/adapters/${province}/versions/${version}${part}${query}`;
}

/** Its province's code, where the name has no code of its own. */
export function adapterCode({ province, division }: AdapterPlace): string {
  return division === undefined ? province : '';
}

/** An adapter in words: a division's own system is told from its province's. */
export function adapterName({ name, division }: AdapterView): string {
  return division === undefined ? say(name) : `${say(name)} ${division}`;
}

/** The same where it has to be the only one: a province beside whose system a division has its own is named with its code. */
export function nameAmong(adapter: AdapterView, adapters: readonly AdapterView[]): string {
  const isAlone = adapters.every(
    (other) => other.province !== adapter.province || adapterIdOf(other) === adapterIdOf(adapter),
  );
  return isAlone ? adapterName(adapter) : `${adapterName(adapter)} ${adapterCode(adapter)}`.trim();
}
