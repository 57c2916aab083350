import { PURPOSES, type Purpose } from '../../../schemas/code-lists/index.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import type { VenueAccess } from '../asking/venue-access.ts';
import { say } from '../shell/language.ts';

interface VenueBarProps {
  readonly access: VenueAccess;
  /** Null: what the venue checks for in the first place. */
  readonly purpose: Purpose | null;
  readonly onPurpose: (purpose: Purpose | null) => void;
  readonly onSignOut: () => void;
  readonly isMuted: boolean;
  readonly onMuted: (muted: boolean) => void;
}

/** As whom this page asks and what for, and whether it sounds. */
export function VenueBar({ access, purpose, onPurpose, onSignOut, isMuted, onMuted }: VenueBarProps) {
  return (
    <p class="tools">
      <span class="venue">
        {say(access.way === 'sandbox' ? SCAN_TEXTS.venue : SCAN_TEXTS.venue_id)}
        {say({ zh: '：', en: ': ' })}
        {say(access.name)}
      </span>
      {access.purposes.length > 1 && (
        <label>
          {say(SCAN_TEXTS.purpose)}{' '}
          <select
            value={purpose ?? access.purposes[0] ?? ''}
            onChange={({ currentTarget }) =>
              onPurpose(access.purposes.find((one) => one === currentTarget.value) ?? null)
            }
          >
            {access.purposes.map((one) => (
              <option key={one} value={one}>
                {say(PURPOSES[one])}
              </option>
            ))}
          </select>
        </label>
      )}
      {access.way !== 'sandbox' && (
        <button type="button" onClick={onSignOut}>
          {say(SCAN_TEXTS.sign_out)}
        </button>
      )}
      <button type="button" onClick={() => onMuted(!isMuted)}>
        {say(isMuted ? SCAN_TEXTS.sound_on : SCAN_TEXTS.sound_off)}
      </button>
    </p>
  );
}
