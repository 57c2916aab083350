/** One line of a node's log: how urgent, and what stands beside its words. A `?` marks what is not always there. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error' | 'fatal';
  readonly members: readonly string[];
  /** What it means, and what to do where something is to be done. */
  readonly about: string;
}

/**
 * Every line that a node writes, by its `msg`. The list is closed: a test holds the code to it, words and members, so that
 * nothing about a person, a code or a venue comes into a log by a slip.
 */
export const LOG_LINES: Readonly<Record<string, LogLine>> = {
  request: {
    level: 'info',
    members: ['request_id', 'method', 'route', 'status', 'took_ms', 'trace_id?'],
    about:
      'A request was answered. `route` is the pattern, never the path; `request_id` is what the reply carried; `trace_id` stands at questions of other nodes',
  },
  question: {
    level: 'info',
    members: ['province', 'way', 'trace_id', 'outcome', 'took_ms'],
    about:
      'A question to another province’s node failed (at `debug`: was answered). The same `trace_id` stands in that node’s log: ask there',
  },
  'request failed': {
    level: 'error',
    members: ['request_id', 'method', 'error', 'code?', 'at'],
    about: 'A fault of the software, answered `internal`. `at` says where in the code; report it',
  },
  'a question of a batch failed': {
    level: 'error',
    members: ['request_id', 'error', 'code?', 'at'],
    about: 'As `request failed`, for one question among several',
  },
  'a worker died': {
    level: 'error',
    members: ['pid'],
    about: 'Another one is started at once. Look at the lines before it',
  },
  'a worker could not be started again': {
    level: 'error',
    members: ['reason'],
    about: 'Tried again every half second; the others go on. Mend what `reason` names',
  },
  replaced: {
    level: 'info',
    members: ['pid'],
    about: 'One process of a rolling restart has gone, with everything answered',
  },
  'the limit on open files is too low: raise it with ulimit -n, LimitNOFILE or --ulimit': {
    level: 'warn',
    members: ['limit', 'needed'],
    about: 'Under a surge connections would be refused; `/readyz` says it too. Raise it and start again',
  },
  'the certificate was renewed': {
    level: 'info',
    members: [],
    about: 'New connections use it',
  },
  'the new certificate cannot be used; the last one stays': {
    level: 'error',
    members: ['reason'],
    about: 'Mend the files; they are looked at every two seconds',
  },
  'the pages are not built': {
    level: 'warn',
    members: ['missing', 'next'],
    about: 'Only pages are away: `npm run build:web`, or install the package as it was packed',
  },
  'a store cannot be used': {
    level: 'error',
    members: ['store', 'where', 'code', 'reason'],
    about: 'See “What is shared, and what happens when it is away”; `code` says why',
  },
  'a store is used again': {
    level: 'info',
    members: ['store', 'where'],
    about: 'Nothing is to be done',
  },
  'the log is no longer followed': {
    level: 'fatal',
    members: ['code', 'reason'],
    about: 'See “The registry’s log”; the last good state stays in use',
  },
  'the registry is not believed': {
    level: 'error',
    members: ['code', 'reason'],
    about: 'See “The registry’s log”',
  },
  'a part of this node did not follow a change of the registry': {
    level: 'error',
    members: ['reason'],
    about: 'The change itself is in force; that part may go by what was before. Restart the node, and report the line',
  },
  'the registry is followed': {
    level: 'info',
    members: ['reason'],
    about: 'Nothing is to be done',
  },
  'the registry cannot be reached': {
    level: 'warn',
    members: ['reason'],
    about: 'It is asked again every 0.2 to 5 s; the last state stays in use',
  },
  'the chain verifies': {
    level: 'info',
    members: ['entity'],
    about: 'Answers of that entity count again',
  },
  'what is in use could not be refreshed': {
    level: 'warn',
    members: ['what', 'of', 'code'],
    about:
      'It goes on being used until its own time is over, and is tried again all the while. `adapter`: a token, a secret or the lists and rules that the adapter of a province holds; `chain`: an entity’s, whose superiors do not answer or say something else; `credential_documents`: lists and rules of certificates that are handed on to doors (tried again every 15 s; `signature_invalid` and `key_unknown` mean that nobody pinned in the anchor file signed them)',
  },
  'what is in use was refreshed again': {
    level: 'info',
    members: ['what', 'of'],
    about: 'Nothing is to be done',
  },
  'the lists and rules of certificates are too long to be handed on': {
    level: 'warn',
    members: [],
    about: 'Above 2 MiB together: doors without a network decide no certificates. Leave out issuers that nobody meets',
  },
  'the chain does not verify': {
    level: 'warn',
    members: ['entity', 'code'],
    about: 'Its answers count nowhere: `huren config check` names the broken link',
  },
  'the chain is unreadable': {
    level: 'error',
    members: ['entity', 'reason'],
    about: 'As above, for a reason that nobody foresaw: report it',
  },
  'the chain of an authorization server verifies': {
    level: 'info',
    members: ['issuer'],
    about: 'Its venues are served again',
  },
  'the chain of an authorization server cannot be had: its venues are turned away': {
    level: 'warn',
    members: ['issuer', 'code', 'link'],
    about: 'Bring `link` back; see “Venues’ authorization servers”',
  },
  'the token cannot be used': {
    level: 'error',
    members: ['code', 'reason'],
    about: 'The PKCS#11 token with the keys is away: what it would sign is answered `unavailable`. See “Keys”',
  },
  'the token is used again': {
    level: 'info',
    members: [],
    about: 'Nothing is to be done',
  },
  'keys unusable': {
    level: 'error',
    members: ['reason'],
    about: 'Mend the key file or the token that `reason` names; what it would sign is answered `unavailable`',
  },
  'the trust bundle was not written': {
    level: 'warn',
    members: ['reason'],
    about:
      'The command line on this machine verifies with an older one while no gateway answers; tried again after a minute',
  },
  'the keys of the log have changed': {
    level: 'info',
    members: ['kid'],
    about: 'Nothing is to be done',
  },
  'keys not brought to the log': {
    level: 'warn',
    members: ['entity', 'use', 'reason'],
    about: 'Tried again; see “Keys”',
  },
  'key announced in the log': {
    level: 'info',
    members: ['entity', 'use', 'kid'],
    about: 'Nothing is to be done',
  },
  'key retired in the log': {
    level: 'info',
    members: ['entity', 'use', 'kid'],
    about: 'Nothing is to be done',
  },
  'key revoked in the log': {
    level: 'info',
    members: ['entity', 'use', 'kid'],
    about: 'Nothing signed with it counts any more',
  },
  'the superior has not taken the next key': {
    level: 'warn',
    members: ['entity', 'superior', 'reason'],
    about: 'The new key signs nothing yet; see “Keys”',
  },
  'keys of a subordinate taken': {
    level: 'info',
    members: ['entity', 'keys'],
    about: 'Nothing is to be done',
  },
  'subordinate not refreshed': {
    level: 'warn',
    members: ['entity', 'reason'],
    about: 'It was away, or shows something else; looked at again after `HUREN_REFRESH_S`',
  },
  'an authority’s round ended early': {
    level: 'warn',
    members: ['reason'],
    about: 'It begins anew by itself',
  },
  breaker: {
    level: 'warn',
    members: ['province', 'state'],
    about: '`open`: that province is not asked for now. See `HurenBreakerOpen`',
  },
  'breaker of our own system': {
    level: 'warn',
    members: ['province', 'state'],
    about: 'The same for the system that this node issues for: mend that one',
  },
  'HUREN_UPSTREAM_DIR: a file cannot be used; the last one stays': {
    level: 'error',
    members: ['file'],
    about: 'Mend it; it is looked at every five seconds',
  },
  'what its adapter keeps for a restart cannot be written': {
    level: 'error',
    members: ['province'],
    about: 'Only a restart would miss it: make room, or mend the rights of the data directory',
  },
  'HUREN_NETWORKS: a host is neither public nor in a range that is listed there': {
    level: 'warn',
    members: ['host'],
    about: 'It was not talked to. List its range if it may be',
  },
  'HUREN_NETWORKS: a host is not reached over plain http, whatever range is listed there': {
    level: 'warn',
    members: ['host'],
    about: 'Its address has to be https',
  },
  'HUREN_CA_FILE: the certificate of a host is not trusted, or it does not trust ours': {
    level: 'warn',
    members: ['host'],
    about: 'Add its authority to `HUREN_CA_FILE`, or renew its certificate',
  },
  invalidated: {
    level: 'info',
    members: ['kind', 'province'],
    about: 'Cached answers were forgotten',
  },
  'the clock is off': {
    level: 'error',
    members: ['off_ms'],
    about: 'Nothing is signed: mend time synchronisation',
  },
  'the clock is right': {
    level: 'error',
    members: ['off_ms'],
    about: 'Nothing is to be done',
  },
  'a client asks about too many codes that no province knows': {
    level: 'warn',
    members: ['holding', 'authorization_server'],
    about: 'See “Clients that guess codes”',
  },
  'signal raised': {
    level: 'warn',
    members: ['issuer', 'signal', 'rate', 'counted', 'of'],
    about: 'See the alert of that signal',
  },
  'signal cleared': {
    level: 'warn',
    members: ['issuer', 'signal', 'rate', 'counted', 'of'],
    about: 'Nothing is to be done',
  },
  'coverage report': {
    level: 'warn',
    members: ['node', 'outcome'],
    about: 'A node’s report was not added: see `HurenReportRefused`',
  },
  'counters of a report were left out': {
    level: 'warn',
    members: ['node', 'counters'],
    about:
      'A node counts by names that this monitor does not know, or of minutes long over. Nothing of these is kept, and the rest counts: see `huren_coverage_counters_left_out_total`',
  },
  'manifest.json changed without a new version: the registered one stays in use': {
    level: 'warn',
    members: ['province', 'version'],
    about: 'In a sandbox alone: give it a new version',
  },
  'the adapter does not pass the conformance kit and stays out of use': {
    level: 'warn',
    members: ['province', 'version'],
    about: 'In a sandbox alone: `huren adapter check` says why',
  },
  'an adapter folder cannot be read and stays out of use': {
    level: 'warn',
    members: ['folder', 'reason'],
    about: 'In a sandbox alone: fill its blanks; `huren adapter check` names each',
  },
};
