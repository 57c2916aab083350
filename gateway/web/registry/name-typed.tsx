import type { AdapterView } from '../../../schemas/registry-views.ts';
import { typeNameText } from '../../../schemas/texts/operator.ts';
import { say } from '../shell/language.ts';
import { nameAmong } from './adapter-place.ts';
import { Typed } from './signed-form.tsx';

interface NameTypedProps {
  readonly id: string;
  readonly adapter: AdapterView;
  /** All that there are: one of the same province could be meant. */
  readonly among: readonly AdapterView[];
  readonly value: string;
  readonly onType: (typed: string) => void;
}

/** The name of what is taken something from, written out by whoever does it. */
export function NameTyped({ id, adapter, among, value, onType }: NameTypedProps) {
  return <Typed id={id} label={say(typeNameText(nameAmong(adapter, among)))} value={value} onType={onType} />;
}

export function isNamed(adapter: AdapterView | undefined, among: readonly AdapterView[], typed: string): boolean {
  return adapter !== undefined && typed.trim() === nameAmong(adapter, among);
}
