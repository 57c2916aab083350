import type { AuthorityModel, EntitledBody } from '../../../schemas/authority-model.ts';
import { GROUNDS, keysOf, LEVELS, type LocalisedText, ROLES } from '../../../schemas/code-lists/index.ts';
import {
  ANY_ROLE,
  APPROVAL_ACTION_TEXTS,
  AUTHORITY_TEXTS,
  batchText,
  FOREIGN_CONVERSION_TEXTS,
  REGISTRY_TEXTS,
} from '../../../schemas/texts/registry.ts';
import { Fact, Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { COLON } from './words.ts';

const COMMA = say({ zh: '、', en: ', ' });
const SEMICOLON = say({ zh: '；', en: '; ' });
/** Between grounds: one of them has a comma of its own in English. */
const BETWEEN_GROUNDS = say({ zh: '、', en: '; ' });
/** Between words. */
const SPACE = say({ zh: '', en: ' ' });
/** Between two steps: it ends a line and begins none. */
const ARROW = '\u00a0→ ';

/** A province's published rule on who may assign, convert and release, in words. */
export function Authority({ model }: { readonly model: AuthorityModel }) {
  return (
    <Facts>
      {keysOf(AUTHORITY_TEXTS).map((row) => (
        <Fact key={row} term={say(AUTHORITY_TEXTS[row])}>
          {row === 'source' ? (
            <span lang="en">{model.source}</span>
          ) : (
            <span class="phrases">{valueText(row, model)}</span>
          )}
        </Fact>
      ))}
    </Facts>
  );
}

function valueText(row: Exclude<keyof AuthorityModel, 'source'>, model: AuthorityModel): string {
  switch (row) {
    case 'may_assign':
    case 'may_convert':
    case 'may_release':
      return listed(model[row].map(bodyText), SEMICOLON);
    case 'approvals':
      return listed(
        model.approvals.map(({ level, role, action }) =>
          [say(LEVELS[level]), say(ROLES[role]), say(APPROVAL_ACTION_TEXTS[action])].join(SPACE),
        ),
        ARROW,
      );
    case 'approvals_signed':
    case 'instrument_required':
      return say(model[row] ? REGISTRY_TEXTS.yes : REGISTRY_TEXTS.no);
    case 'batch': {
      const { batch } = model;
      return batch === null ? say(REGISTRY_TEXTS.none) : say(batchText(batch.threshold)) + bodyText(batch.taken_by);
    }
    case 'evidence_from_levels':
      return listed(model.evidence_from_levels.map((level) => say(LEVELS[level])));
    case 'foreign_conversion':
      return say(FOREIGN_CONVERSION_TEXTS[model.foreign_conversion]);
    case 'grounds':
      return listed(
        model.grounds.map((ground) => say(GROUNDS[ground])),
        BETWEEN_GROUNDS,
      );
  }
}

function bodyText({ level, roles }: EntitledBody): string {
  const who: readonly LocalisedText[] = roles.length === 0 ? [ANY_ROLE] : roles.map((role) => ROLES[role]);
  return `${say(LEVELS[level])}${COLON}${who.map(say).join(COMMA)}`;
}

function listed(texts: readonly string[], separator = COMMA): string {
  return texts.length === 0 ? say(REGISTRY_TEXTS.none) : texts.join(separator);
}
