import { GROUNDS } from '../../schemas/code-lists/index.ts';

/** What every new folder says of who may decide, where a holder turns to, and for how long an answer may be used. */
export function answerableTemplate(scopes: readonly object[]): object {
  return {
    authority: {
      source: 'FILL_SOURCE',
      may_assign: scopes,
      may_convert: scopes,
      may_release: scopes,
      approvals: [],
      approvals_signed: false,
      batch: null,
      evidence_from_levels: [],
      foreign_conversion: 'original_assigner',
      instrument_required: true,
      grounds: Object.keys(GROUNDS),
    },
    remedy: {
      authority: { zh: 'FILL_REMEDY_ZH', en: 'FILL_REMEDY_EN' },
      phone: 'FILL_PHONE',
      url: null,
      within_hours: null,
    },
    freshness_s: 60,
    stale_grace_s: 300,
  };
}
