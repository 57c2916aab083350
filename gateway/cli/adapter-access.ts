import { z } from 'zod';
import type { LiveCode } from '../../adapters/conformance/live-target.ts';
import type { Scenarios } from '../../schemas/scenarios.ts';
import { readBoundedFile } from './bounded-input.ts';
import { CliError } from './cli-error.ts';

const MAX_BYTES = 262_144;

/** What `adapter test --secrets` reads: the driver's secrets, and codes of the upstream by the scenario they show. */
const accessSchema = z.strictObject({
  secrets: z.record(z.string(), z.string()),
  codes: z.record(z.string(), z.string().min(4).max(4096)).default({}),
});

/** Reads the file. No message quotes it: it holds secrets. Throws CliError. */
export function readAccessFile(path: string, { scenarios }: Scenarios) {
  const { secrets, codes } = parseAccess(path);
  const live = Object.entries(codes).map(([name, code]): LiveCode => {
    const scenario = scenarios.find((one) => one.scenario === name);
    if (scenario !== undefined) return { code, scenario };
    throw CliError.of('usage_invalid', { zh: `${path}：没有场景 ${name}`, en: `${path}: no scenario ${name}` });
  });
  return { secrets, codes: live };
}

function parseAccess(path: string): z.infer<typeof accessSchema> {
  const file = readBoundedFile(path, MAX_BYTES);
  if (typeof file === 'string') {
    const why = { missing: { zh: '不存在', en: 'does not exist' }, too_large: { zh: '过大', en: 'is too large' } }[
      file
    ];
    throw CliError.of('file_unreadable', { zh: `${path} ${why.zh}`, en: `${path} ${why.en}` });
  }
  try {
    return accessSchema.parse(JSON.parse(file.text));
  } catch {
    throw CliError.of('file_unreadable', {
      zh: `${path} 应为 {"secrets":{…},"codes":{…}}`,
      en: `${path} must be {"secrets":{…},"codes":{…}}`,
    });
  }
}
