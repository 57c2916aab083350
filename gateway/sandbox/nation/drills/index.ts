import { AUTHORITY_DOWN } from './authority-down.ts';
import { CERTIFICATES_FROM_ABROAD } from './certificates-from-abroad.ts';
import { COVERAGE_ADDS_UP } from './coverage-adds-up.ts';
import type { Drill } from './drill.ts';
import { FOREIGN_VENUE_TOKEN } from './foreign-venue-token.ts';
import { GATEWAY_ATTESTS_FOR_OTHER_PROVINCE } from './gateway-attests-for-other-province.ts';
import { ISSUER_DOWN } from './issuer-down.ts';
import { REGISTRY_DOWN_AND_RESTART } from './registry-down-and-restart.ts';
import { RESTORE_OLD_BACKUP } from './restore-old-backup.ts';
import { REVOKED_GATEWAY } from './revoked-gateway.ts';
import { ROTATE_EVERY_KEY } from './rotate-every-key.ts';
import { SECRETS_AT_HOME } from './secrets-at-home.ts';
import { SPLIT_VIEW } from './split-view.ts';
import { SUSPEND_REACHES_ALL } from './suspend-reaches-all.ts';

/** In the order in which they run: what cannot be undone comes last. */
export const ALL_DRILLS: readonly Drill[] = [
  SECRETS_AT_HOME,
  CERTIFICATES_FROM_ABROAD,
  COVERAGE_ADDS_UP,
  FOREIGN_VENUE_TOKEN,
  GATEWAY_ATTESTS_FOR_OTHER_PROVINCE,
  SUSPEND_REACHES_ALL,
  AUTHORITY_DOWN,
  ISSUER_DOWN,
  REGISTRY_DOWN_AND_RESTART,
  ROTATE_EVERY_KEY,
  SPLIT_VIEW,
  REVOKED_GATEWAY,
  RESTORE_OLD_BACKUP,
];
