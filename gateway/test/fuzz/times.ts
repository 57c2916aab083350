import { compileAsOf } from '../../../adapters/as-of.ts';
import { AS_OF_FORMATS, type AsOfFormat } from '../../../schemas/as-of.ts';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { meantTime } from './meant-time.ts';
import { alterText, oneOf, type Random } from './random.ts';
import { type FuzzReport, type FuzzRun, type Judged, runCases } from './report.ts';

const FORMATS = keysOf(AS_OF_FORMATS);
const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2020, 0, 31, 16);
const ZONES = ['+08:00', '+08:00', '+00:00', '-00:30', '+05:45', '-12:00', '+14:00', '-14:59', '+14:59'];

/**
 * Has every as-of format read times at its edges, written in that format, in another one, and spoilt. A finding is a
 * reading that the calendar, counted out by hand, does not give: another instant, or another of the three outcomes.
 */
export async function fuzzTimes(run: FuzzRun): Promise<FuzzReport> {
  return await runCases(run, async (random) => tryOne(random));
}

function tryOne(random: Random): Judged {
  const nowMs = FIRST_MS + random(3_000) * DAY_MS + random(DAY_MS);
  const format = oneOf(random, FORMATS);
  const zone = oneOf(random, ZONES);
  const atMs = instantNear(nowMs, random);
  const text = oneOf(random, SPOILT)(
    writtenIn(random(4) === 0 ? oneOf(random, FORMATS) : format, atMs, random),
    random,
  );
  const value = sentAs(text, random);
  const reading = compileAsOf({ from: 'field', at: '/t', format, zone })({ t: value }, nowMs);
  const expected = meantTime(value, format, zone, nowMs);
  const read = reading.kind === 'at' ? reading.atMs : reading.kind;
  const outcome = typeof expected === 'number' ? 'at' : expected;
  const said = `${format} ${zone} ${JSON.stringify(value)} at ${nowMs}`;
  return { outcome, finding: read === expected ? null : `${said}: ${read} in place of ${expected}` };
}

const EDGES: readonly ((nowMs: number, random: Random) => number)[] = [
  () => FIRST_MS,
  (nowMs) => nowMs,
  (nowMs) => nowMs + 120_000,
  (nowMs) => Math.floor(nowMs / 1000),
  (nowMs) => nowMs * 1000,
  () => 0,
  () => Date.UTC(2024, 1, 29),
  (nowMs, random) => nowMs - random(3_000) * DAY_MS,
  (nowMs, random) => FIRST_MS + random(Math.max(1, Math.floor((nowMs - FIRST_MS) / 1000))) * 1000,
  (_nowMs, random) => Date.UTC(1900 + random(8_000), random(12), 1 + random(31), random(24)),
];
const STEPS_MS = [0, 0, 1, 999, 1_000, 60_000, 3_600_000, 8 * 3_600_000, DAY_MS];

function instantNear(nowMs: number, random: Random): number {
  const step = oneOf(random, STEPS_MS) * (random(2) === 0 ? 1 : -1);
  return Math.min(Math.max(oneOf(random, EDGES)(nowMs, random) + step, 0), Date.UTC(9999, 11, 31));
}

/** As a system of that format might write it, in a zone of its own and with as many digits as it likes. */
function writtenIn(format: AsOfFormat, atMs: number, random: Random): string {
  const ownZone = oneOf(random, ['Z', ...ZONES]);
  const local = new Date(atMs).toISOString();
  const [day = '', clock = ''] = local.slice(0, 19).split('T');
  const digits = (most: number) => Array.from({ length: 1 + random(most) }, () => String(random(10))).join('');
  const fraction = (most: number) => oneOf(random, ['', '.0', `.${local.slice(20, 23)}`, `.${digits(most)}`]);
  switch (format) {
    case 'yyyy-MM-dd HH:mm:ss':
      return `${day} ${clock}`;
    case 'yyyy-MM-dd HH:mm':
      return `${day} ${clock.slice(0, 5)}`;
    case 'yyyy-MM-dd HH:mm:ss.S':
      return `${day} ${clock}${fraction(4)}`;
    case 'yyyy-MM-ddTHH:mm:ss':
      return `${day}T${random(3) === 0 ? clock.slice(0, 5) : `${clock}${fraction(10)}`}`;
    case 'yyyy-MM-ddTHH:mm:ssZ':
      return `${day}T${clock}${fraction(10)}${random(8) === 0 ? ownZone : ownZone.replace(':', '')}`;
    case 'yyyyMMddHHmmss':
      return local.slice(0, 19).replaceAll(/[-T:]/g, '');
    case 'yyyyMMddHHmmssSSS':
      return local.slice(0, 23).replaceAll(/[-T:.]/g, '');
    case 'rfc3339':
      return `${day}T${clock}${fraction(10)}${ownZone}`;
    case 'unix_s':
      return String(Math.floor(atMs / 1000));
    case 'unix_ms':
      return String(atMs);
  }
}

const SPOILT: readonly ((text: string, random: Random) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => text,
  (text) => text,
  (text) => text,
  (text) => text,
  alterText,
  (text, random) => otherDigit(text, random),
  (text, random) => oneOf(random, [` ${text}`, `${text} `, `+${text}`, `-${text}`, `${text}.0`, `${text}e0`, '']),
  (text) => text.replace(/\d{2}:\d{2}/, '24:00'),
  (text) => text.replace(/\d/, '\uff11'),
];

/** Sooner or later the 30th of February, the 13th month, the 25th hour and the 61st second. */
function otherDigit(text: string, random: Random): string {
  const at = random(text.length);
  return /\d/.test(text.charAt(at)) ? text.slice(0, at) + String(random(10)) + text.slice(at + 1) : text;
}

/** Systems send digits as text and as numbers, and now and then what is neither. */
function sentAs(text: string, random: Random) {
  if (random(3) === 0 && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return random(50) === 0 ? oneOf(random, [null, true, [text], { t: text }, 0.5, -1]) : text;
}
