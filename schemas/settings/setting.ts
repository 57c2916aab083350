import type { LocalisedText } from '../code-lists/index.ts';
import { EVERY_ROLE, type NodeRole } from './roles.ts';
import type { SettingValue } from './values.ts';

/** Who reads a setting: a role of a server, or the commands that only ask one. */
export type SettingUser = NodeRole | 'command line';

type SettingName = `HUREN_${string}`;

/** One variable of the environment: everything that parsing, help and documents say about it. */
export interface Setting<T> {
  readonly name: SettingName;
  readonly about: LocalisedText;
  /** Completes "must be …". */
  readonly takes: LocalisedText;
  readonly usedBy: readonly SettingUser[];
  /** Its value is shown to nobody. */
  readonly isSecret: boolean;
  /** The value is a path, and the name ends in `_FILE` by itself: what that file holds is not the value. */
  readonly namesFile: boolean;
  /** As it would be written; null where being unset means something of its own, which `unset` tells. */
  readonly default: string | null;
  readonly unset: LocalisedText | null;
  /** The value of a text, or of the setting being unset; null where it is none. */
  readonly read: (text: string | undefined) => { readonly value: T } | null;
}

interface About {
  readonly about: LocalisedText;
  readonly usedBy?: readonly SettingUser[];
  readonly isSecret?: true;
}

/** A setting that always has a value. */
export function setting<T>(
  name: SettingName,
  value: SettingValue<T>,
  spec: About & { readonly default: string },
): Setting<T> {
  return {
    ...common(name, value, spec),
    default: spec.default,
    unset: null,
    read: (text = spec.default) => parsedValue(value, text),
  };
}

/** A setting that may be left out. `unset`: what that means. */
export function optionalSetting<T>(
  name: SettingName,
  value: SettingValue<T>,
  spec: About & { readonly unset: LocalisedText },
): Setting<T | null> {
  return {
    ...common(name, value, spec),
    default: null,
    unset: spec.unset,
    read: (text) => (text === undefined ? { value: null } : parsedValue(value, text)),
  };
}

function common<T>(name: SettingName, { takes }: SettingValue<T>, { about, usedBy = EVERY_ROLE, isSecret }: About) {
  return { name, about, takes, usedBy, isSecret: isSecret === true, namesFile: name.endsWith('_FILE') };
}

function parsedValue<T>({ schema }: SettingValue<T>, text: string): { readonly value: T } | null {
  const parsed = schema.safeParse(text);
  return parsed.success ? { value: parsed.data } : null;
}
