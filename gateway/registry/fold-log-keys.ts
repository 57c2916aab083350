import { type EventOf, MAX_LOG_KEYS } from '../../schemas/registry-event.ts';
import { LogError } from '../log/log-error.ts';
import { parseVerifierKey } from '../log/note.ts';
import { type FoldState, isRejection, type Rejection, rejected } from './fold-state.ts';

type LogRecord = NonNullable<FoldState['log']>;

/** The log as entry 0 describes it: its name, and the keys that may sign for it from the start. */
export function logOf({ origin, keys }: EventOf<'registry_created'>['body']['log']): LogRecord | Rejection {
  if (new Set(keys).size < keys.length) return rejected('key_reused');
  return keys.every((key) => isKeyOf(origin, key)) ? { origin, keys, retired: [] } : rejected('log_key_invalid');
}

/** The anchor lets another key sign. A key that was retired stays so: who has it may no longer speak for the log. */
export function addLogKey(state: FoldState, { iss, body }: EventOf<'log_key_added'>): FoldState | Rejection {
  const log = logUnder(state, iss);
  if (isRejection(log)) return log;
  const { verifier_key } = body;
  if (!isKeyOf(log.origin, verifier_key)) return rejected('log_key_invalid');
  if (log.keys.includes(verifier_key) || log.retired.includes(verifier_key)) return rejected('key_reused');
  if (log.keys.length >= MAX_LOG_KEYS) return rejected('log_keys_full');
  return { ...state, log: { ...log, keys: [...log.keys, verifier_key] } };
}

export function retireLogKey(state: FoldState, { iss, body }: EventOf<'log_key_retired'>): FoldState | Rejection {
  const log = logUnder(state, iss);
  if (isRejection(log)) return log;
  const { verifier_key } = body;
  if (!log.keys.includes(verifier_key)) return rejected('log_key_unknown');
  if (log.keys.length === 1) return rejected('log_key_last');
  const keys = log.keys.filter((key) => key !== verifier_key);
  return { ...state, log: { ...log, keys, retired: [...log.retired, verifier_key] } };
}

/** Who may sign for the log decides what everybody believes, so nobody but the anchor says it. */
function logUnder({ anchor, log }: FoldState, iss: string): LogRecord | Rejection {
  if (log === null) return rejected('registry_missing');
  return iss === anchor ? log : rejected('role_not_entitled');
}

/** A witness's key, or one under another name, would make a checkpoint that no reader counts. */
function isKeyOf(origin: string, verifierKey: string): boolean {
  try {
    const { name, algorithm } = parseVerifierKey(verifierKey);
    return name === origin && algorithm === 'ed25519';
  } catch (error) {
    if (error instanceof LogError) return false;
    throw error;
  }
}
