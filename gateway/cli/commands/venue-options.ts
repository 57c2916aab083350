import { Option } from 'commander';
import { VENUE_KINDS, type VenueKind } from '../../../schemas/code-lists/index.ts';
import { venueKindsSchema, venueRegionsSchema } from '../../../schemas/venue-token.ts';
import type { Cli } from '../cli.ts';
import { reading } from './command.ts';

/** Which kinds of venue an authorization server may vouch for. */
export function venueKindsOption(cli: Cli): Option {
  const kinds = Object.keys(VENUE_KINDS).join(' ');
  const expected = cli.say({
    zh: `授权服务器可担保的场所类别，逗号分隔：${kinds}`,
    en: `kinds of venue that an authorization server may vouch for, comma between: ${kinds}`,
  });
  const read = (text: string): VenueKind[] | null => venueKindsSchema.safeParse(listOf(text)).data ?? null;
  return new Option('--venue-kinds <list>', expected).argParser(reading(read, expected));
}

/** Where the venues may stand that an authorization server vouches for. */
export function regionsOption(cli: Cli): Option {
  const expected = cli.say({
    zh: '这些场所所在的本省区域，GB/T 2260 前缀（2、4 或 6 位），逗号分隔',
    en: 'where they stand in its province: GB/T 2260 prefixes of 2, 4 or 6 digits, comma between',
  });
  const read = (text: string): string[] | null => venueRegionsSchema.safeParse(listOf(text)).data ?? null;
  return new Option('--regions <list>', expected).argParser(reading(read, expected));
}

function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
