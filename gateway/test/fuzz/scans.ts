import { NATIONAL_BASELINE } from '../../policy/baseline.ts';
import { compilePolicy } from '../../policy/decide.ts';
import { ProblemError } from '../../problem-error.ts';
import { createRegistryState, type RegistryState } from '../../registry/registry-state.ts';
import { recogniseCode } from '../../verification/recognise-code.ts';
import { frameAfter, frameBefore, frameBetween, framedCode, withCapsLock } from './framing.ts';
import { type IssuedCode, issueCode } from './issued-code.ts';
import { alterText, oneOf, type Random } from './random.ts';
import { type FuzzReport, type FuzzRun, type Judged, runCases } from './report.ts';
import { loadSystems } from './systems.ts';

/** What the door said: which system is asked about what, or the closed refusal. */
type Heard =
  | { readonly province: string; readonly token: string; readonly code: string }
  | { readonly refused: string };

/** A text that was scanned, and what is wrong about an answer; null: nothing. */
interface Scan {
  readonly what: string;
  readonly text: string;
  readonly fault: (heard: Heard) => string | null;
}

/**
 * Hands the door by which codes come in whatever scanners make of the codes of every province. A finding is another
 * answer than the code without its frame gets, the token of another traveller or the system of another province, two
 * codes that become one, or a refusal that is not one of the closed ones.
 */
export async function fuzzScans(run: FuzzRun): Promise<FuzzReport> {
  const manifests = loadSystems().map(({ manifest }) => manifest);
  const state = stateOf();
  return await runCases(run, async (random) => {
    const issue = () => issueCode(oneOf(random, manifests), random);
    const scan = oneOf(random, MADE)(issue, random);
    return judge(state, scan);
  });
}

/** The real registry's state, with every system active. */
function stateOf(): RegistryState {
  const adapters = loadSystems().map(({ manifest, digest }) => {
    return { manifest, digest, stage: 'active', conformance: 'live' } as const;
  });
  return createRegistryState({
    adapters,
    mandates: [],
    baseline: compilePolicy(NATIONAL_BASELINE),
    policies: new Map(),
  });
}

function judge(state: RegistryState, { what, text, fault }: Scan): Judged {
  const heard = hear(state, text);
  const wrong = fault(heard) ?? shownWrongly(state, heard);
  const outcome = `${what}: ${'refused' in heard ? heard.refused : 'recognised'}`;
  return { outcome, finding: wrong === null ? null : `${what}: ${wrong}: ${JSON.stringify(text)}` };
}

function hear(state: RegistryState, text: string): Heard {
  try {
    const { adapter, token, code } = recogniseCode(state, text);
    return { province: adapter.manifest.province, token, code };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { refused: error.detail ?? error.code };
  }
}

/** What another node is shown of a code has to be the same code there. */
function shownWrongly(state: RegistryState, heard: Heard): string | null {
  if ('refused' in heard) return null;
  const again = hear(state, heard.code);
  return 'token' in again && again.token === heard.token ? null : 'another code is shown to nodes';
}

const REFUSALS: ReadonlySet<string> = new Set(['not_a_code', 'two_codes', 'personal_identifier_refused']);

const MADE: readonly ((issue: () => IssuedCode, random: Random) => Scan)[] = [
  framed,
  framed,
  framed,
  capsLocked,
  glued,
  glued,
  cut,
  altered,
  repeated,
  empty,
];

function framed(issue: () => IssuedCode, random: Random): Scan {
  const issued = issue();
  return { what: 'framed', text: framedCode(issued, random), fault: (heard) => notItself(issued, heard) };
}

function notItself({ manifest, token }: IssuedCode, heard: Heard): string | null {
  if ('refused' in heard) return `refused as ${heard.refused}`;
  if (heard.province !== manifest.province) return `given to ${heard.province}`;
  return heard.token === token ? null : 'asked about another token';
}

/** A web address shows that caps lock was on; of any other code the letters may mean something as they are. */
function capsLocked(issue: () => IssuedCode, random: Random): Scan {
  const issued = issue();
  const isShown = issued.text.startsWith('http');
  const text = frameBefore(random) + withCapsLock(issued.text) + frameAfter(random);
  const fault = (heard: Heard) => notItself(issued, heard);
  return { what: 'caps lock', text, fault: isShown ? fault : orRefused(fault) };
}

function orRefused(fault: Scan['fault']): Scan['fault'] {
  return (heard) => ('refused' in heard ? notClosed(heard.refused) : fault(heard));
}

function notClosed(refusal: string): string | null {
  return REFUSALS.has(refusal) ? null : `refused as ${refusal}`;
}

/** Which of two was meant, only the person who scans can tell. */
function glued(issue: () => IssuedCode, random: Random): Scan {
  const first = issue();
  const second = random(4) === 0 ? first : issue();
  const text = frameBefore(random) + first.text + frameBetween(random) + second.text + frameAfter(random);
  return { what: 'two at once', text, fault: orRefused((heard) => takenForOne([first, second], heard)) };
}

/** Where a system issues codes of many lengths, two may look like a longer one, which it has never issued. */
function takenForOne(codes: readonly IssuedCode[], heard: Heard): string | null {
  const isNobodys = 'token' in heard && codes.every(({ token }) => token !== heard.token);
  return isNobodys && codes.some(({ hasShorter }) => hasShorter) ? null : 'taken for one';
}

function cut(issue: () => IssuedCode, random: Random): Scan {
  const issued = issue();
  const at = random(issued.text.length);
  const text = random(2) === 0 ? issued.text.slice(0, at) : issued.text.slice(at + 1);
  return { what: 'cut off', text, fault: orRefused((heard) => notAPieceOf(issued, heard)) };
}

/** A system that issues codes of many lengths may have issued a piece of another; no other may be asked about one. */
function notAPieceOf(issued: IssuedCode, heard: Heard): string | null {
  const { hasShorter, token } = issued;
  const isPiece = hasShorter && 'token' in heard && heard.token !== token && token.startsWith(heard.token);
  return isPiece ? null : notItself(issued, heard);
}

/** One letter more or less can make one system's mark another's; what stands behind the mark never does. */
function altered(issue: () => IssuedCode, random: Random): Scan {
  const { manifest, text } = issue();
  const changed = alterText(text, random);
  const isMarked = changed.startsWith(text.slice(0, LONGEST_MARK));
  return {
    what: 'altered',
    text: frameBefore(random) + changed + frameAfter(random),
    fault: orRefused((heard) =>
      'province' in heard && heard.province !== manifest.province && isMarked ? `given to ${heard.province}` : null,
    ),
  };
}

const LONGEST_MARK = 8;

function repeated(issue: () => IssuedCode, random: Random): Scan {
  const issued = issue();
  const { repeated: text, text: code } = issued;
  return text === null
    ? {
        what: 'twice',
        text: code + frameAfter(random) + code,
        fault: orRefused((heard) => takenForOne([issued], heard)),
      }
    : { what: 'token twice', text, fault: orRefused(() => 'one of two tokens is taken') };
}

function empty(_issue: () => IssuedCode, random: Random): Scan {
  const text = frameBefore(random) + frameAfter(random);
  return { what: 'only a frame', text, fault: orRefused(() => 'taken for a code') };
}
