import { PROVINCES, type Purpose, VENUE_KINDS, type VenueKind } from '../../schemas/code-lists/index.ts';
import { type Auditor, MANDATE_MAX_DAYS, type Mandate } from '../../schemas/mandate.ts';

const DAY_MS = 86_400_000;
const SPECIAL: VenueKind[] = [];
const ORDINARY: VenueKind[] = [];
let kind: VenueKind;
for (kind in VENUE_KINDS) (VENUE_KINDS[kind].special ? SPECIAL : ORDINARY).push(kind);

const PURPOSES_ALL: Purpose[] = [
  'venue_entry',
  'transport_boarding',
  'medical_visit',
  'institution_visit',
  'border_crossing',
];
const NOTICE_2020_12 = {
  title: {
    zh: '2020年12月关于健康码“五个一”互认的通知（沙箱示例）',
    en: 'Notice of December 2020 on mutual recognition, the "five ones" (sandbox example)',
  },
  citation:
    'National notice of 2020-12: in low-risk areas codes are checked at special places and for special people only',
};

/** The county of the sandbox that is declared medium-risk. Made up for the sandbox: it says nothing about the place. */
export const SANDBOX_MEDIUM_RISK_REGION = '440106';
/** The county of the sandbox whose mandate for ordinary venues ran out the day before the start. */
export const SANDBOX_LAPSED_REGION = '460105';

/**
 * The mandates of the sandbox: special venues everywhere; ordinary venues in one medium-risk county; and one that has
 * lapsed. An ordinary venue in a low-risk county is permitted by none. Valid from `startMs` (ms since 1970).
 */
export function sandboxMandates(startMs: number, issuedBy: string, auditors: readonly Auditor[]): Mandate[] {
  const common = {
    instrument: NOTICE_2020_12,
    issued_by: issuedBy,
    holder_classes: ['any_traveller' as const],
    auditors: [...auditors],
  };
  return [
    {
      ...common,
      ...term(startMs, MANDATE_MAX_DAYS),
      id: 'sandbox-special-venues',
      regions: Object.keys(PROVINCES)
        .filter((province) => province !== '000000')
        .map((province) => province.slice(0, 2))
        .sort(),
      venue_kinds: SPECIAL,
      purposes: PURPOSES_ALL,
    },
    {
      ...common,
      ...term(startMs, MANDATE_MAX_DAYS),
      id: 'sandbox-medium-risk-county',
      regions: [SANDBOX_MEDIUM_RISK_REGION],
      venue_kinds: ORDINARY,
      purposes: ['venue_entry'],
    },
    {
      ...common,
      ...term(startMs - 15 * DAY_MS, 14),
      id: 'sandbox-lapsed-county',
      regions: [SANDBOX_LAPSED_REGION],
      venue_kinds: ORDINARY,
      purposes: ['venue_entry'],
    },
  ];
}

function term(fromMs: number, days: number): { valid_from: string; valid_until: string } {
  return { valid_from: new Date(fromMs).toISOString(), valid_until: new Date(fromMs + days * DAY_MS).toISOString() };
}
