/** What can be wrong with something that an answer needs. */
export const FAULTS = ['bad', 'missing', 'stale', 'wrong_signer', 'unreachable', 'contradictory'] as const;
export type Fault = (typeof FAULTS)[number];
export type Condition = 'good' | Fault;

/** What each fault is, of each thing that an answer or a pass needs. `elsewhere`: it cannot come to that here, and why. */
export type Cell = string | { readonly elsewhere: string };

const IN_THE_LOG = {
  elsewhere: 'never in force: the fold refuses an event by whoever may not sign it (`event_unauthorised`)',
};
const WITH_THE_REGISTRY = { elsewhere: 'comes with the registry’s state' };

export const INPUTS = {
  key: {
    bad: 'the gateway’s attestation key signs something else than it is given',
    missing: 'the gateway’s ring holds no key',
    stale: 'the time of the key is over, by the gateway’s chain',
    wrong_signer: 'a stranger signs under the key’s kid',
    unreachable: 'the token that holds the key does not answer',
    contradictory: 'the chain shows the key, the gateway’s historical keys say that it was revoked',
  },
  chain: {
    bad: 'a signature in the chain is spoilt',
    missing: 'the chain is empty',
    stale: 'what the anchor says is over',
    wrong_signer: 'a stranger signs under the anchor’s kid',
    unreachable: 'nobody hands the chain out',
    contradictory: 'the entity says that it belongs to another province',
  },
  registry: {
    bad: 'the adapter is suspended',
    missing: 'no adapter is registered for the code',
    stale: 'the chain shows a statement key that the log let lapse',
    wrong_signer: 'the registry does not vouch for whoever signs the statement',
    unreachable: 'never reached: nothing is known',
    contradictory: 'the chain shows a statement key that the log revoked',
  },
  policy: {
    bad: 'the table passes a red and restricts a green',
    missing: 'no row decides the case',
    stale: { elsewhere: 'dated rows lapse by themselves, and the national rule decides' },
    wrong_signer: IN_THE_LOG,
    unreachable: WITH_THE_REGISTRY,
    contradictory: 'two rows decide the case, the first one to refer it',
  },
  mandate: {
    bad: 'it is for another purpose',
    missing: 'there is none',
    stale: 'it ended yesterday',
    wrong_signer: IN_THE_LOG,
    unreachable: WITH_THE_REGISTRY,
    contradictory: 'a later one supersedes it and is for another purpose',
  },
  clock: {
    bad: 'the gateway’s clock is a day ahead',
    missing: 'there is no clock: it gives no number, neither to the gateway nor to the verifier',
    stale: 'the gateway’s clock stopped two days ago',
    wrong_signer: { elsewhere: 'no clock is signed here' },
    unreachable: 'the gateway knows that its clock is off',
    contradictory: 'the verifier’s clock is an hour behind the gateway’s',
  },
  upstream: {
    bad: 'the province’s reply is no JSON',
    missing: 'the province knows no such code',
    stale: 'the status is older than the province lets it stand',
    wrong_signer: 'the certificate at the province’s address is somebody else’s',
    unreachable: 'the province does not answer in time',
    contradictory: 'the record says another colour than its signed statement',
  },
  cache: {
    bad: 'the kept answer was withdrawn by an event',
    missing: 'nothing is kept',
    stale: 'the kept answer is beyond its grace',
    wrong_signer: 'the kept answer came by another version of the adapter',
    unreachable: { elsewhere: 'a cache that fails is empty: see missing' },
    contradictory: 'the kept answer is within its grace, its statement has expired',
  },
  evidence: {
    bad: 'the signature of the province’s statement is spoilt',
    missing: 'the reply carries no statement where one is declared',
    stale: 'the statement has expired',
    wrong_signer: 'a stranger signs under the statement key’s kid',
    unreachable: { elsewhere: 'comes with the reply' },
    contradictory: 'a disclosure is not the one whose digest is signed',
  },
  hand: {
    bad: 'one character of the evidence that the verifier is handed is another',
    missing: 'the evidence is left out',
    stale: 'an earlier statement of the province in place of the bound one',
    wrong_signer: 'a statement by a stranger in place of the bound one',
    unreachable: {
      elsewhere: 'nobody kept it: the attestation stands alone, bound to its digest, and keeps every rule',
    },
    contradictory: 'two statements where one is bound',
  },
  status_list: {
    bad: 'the pass is withdrawn',
    missing: 'no list is at hand',
    stale: 'the list has expired',
    wrong_signer: 'a stranger signs under the gateway’s kid',
    unreachable: 'the list cannot be fetched',
    contradictory: 'the list is another one',
  },
} as const satisfies Record<string, Readonly<Record<Fault, Cell>>>;
export type Input = keyof typeof INPUTS;
export type Combination = Readonly<Record<Input, Condition>>;

export const INPUT_NAMES = [
  'key',
  'chain',
  'registry',
  'policy',
  'mandate',
  'clock',
  'upstream',
  'cache',
  'evidence',
  'hand',
  'status_list',
] as const satisfies readonly Input[];

export const ALL_GOOD: Combination = {
  key: 'good',
  chain: 'good',
  registry: 'good',
  policy: 'good',
  mandate: 'good',
  clock: 'good',
  upstream: 'good',
  cache: 'good',
  evidence: 'good',
  hand: 'good',
  status_list: 'good',
};

/** The conditions that an input can be in here. */
export function conditionsOf(input: Input): Condition[] {
  return ['good', ...FAULTS.filter((fault) => typeof INPUTS[input][fault] === 'string')];
}

/** What a pass leans on; an answer leans on everything else. */
const OF_A_PASS: ReadonlySet<Input> = new Set(['key', 'chain', 'clock', 'status_list']);

/** The inputs that are not good though the answer needs them. What is kept counts only where the province gives nothing. */
export function faultsOfAnswer(combination: Combination): Input[] {
  return INPUT_NAMES.filter((input) => {
    if (input === 'status_list' || combination[input] === 'good') return false;
    return input !== 'cache' || combination.upstream !== 'good';
  });
}

/** Those among them that the gateway itself can see: not what others make of its key, nor what happens to its answer. */
export function faultsBeforeGateway(combination: Combination): Input[] {
  return faultsOfAnswer(combination).filter((input) => {
    if (input === 'clock') return combination.clock !== 'contradictory';
    return input !== 'key' && input !== 'hand';
  });
}

export function faultsOfPass(combination: Combination): Input[] {
  return INPUT_NAMES.filter((input) => OF_A_PASS.has(input) && combination[input] !== 'good');
}
