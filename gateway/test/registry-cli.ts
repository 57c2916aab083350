import { expect } from 'vitest';
import { z } from 'zod';
import { huren, type Ran } from '../cli/huren.fixture.ts';
import type { Actor } from '../keys/actor.ts';
import { readActorFile } from '../keys/key-store.ts';
import { sandboxSignerPath } from '../sandbox/actors.ts';
import type { SandboxGateway } from './sandbox-gateway.ts';

/** The command line as somebody uses it who plays every part of one sandbox's registry. */
export interface RegistryCli {
  readonly run: (...argv: string[]) => Promise<Ran>;
  /** Runs a signed step and holds its receipt: in the log, under the pinned key. */
  readonly step: (...argv: string[]) => Promise<void>;
  /** Runs a step that must be refused, and gives its code. Every refusal says what to do next, in both languages. */
  readonly refusal: (...argv: string[]) => Promise<string>;
  readonly actor: (name: string) => Promise<Actor>;
}

const bothSchema = z.strictObject({ zh: z.string().regex(/\p{Script=Han}/u), en: z.string().min(1) });
const refusalSchema = z.strictObject({ code: z.string(), text: bothSchema, next: bothSchema });
const enteredSchema = z.looseObject({ index: z.int(), size: z.int(), verified: z.literal(true) });

export function openRegistryCli(gateway: SandboxGateway): RegistryCli {
  const run = (...argv: string[]) => huren(argv, { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir });
  return {
    run,
    step: async (...argv) => {
      const ran = await run(...argv, '--json');
      expect([ran.exit, ran.stderr], argv.join(' ')).toEqual([0, '']);
      enteredSchema.parse(JSON.parse(ran.stdout));
    },
    refusal: async (...argv) => {
      const ran = await run(...argv, '--json', '--lang', 'en');
      const { code, text, next } = refusalSchema.parse(JSON.parse(ran.stdout));
      expect([ran.exit, ran.stderr], argv.join(' ')).toEqual([1, `huren: ${code}: ${text.en}\n  next: ${next.en}\n`]);
      return code;
    },
    actor: async (name) => {
      const actor = await readActorFile(sandboxSignerPath(gateway.dataDir, name));
      if (actor === null) throw new Error(`the sandbox has no ${name}`);
      return actor;
    },
  };
}
