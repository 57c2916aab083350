/** A procedure of the runbook as commands, and what they have to lead to. */
export interface Rehearsal {
  /** The section of the runbook that prints these commands. */
  readonly section: string;
  readonly what: string;
  /** Each as in the runbook, with `--as` for the part that is played; `{…}` is filled in: `key/OWNER/USE`, `entity/PATH`, `kid/ENTITY`, `folder`,
   * and `printed/N`, the Nth line that a command before printed which has a verifier key. */
  readonly commands: readonly string[];
  /** What a scan of a Henan green says within half a minute. */
  readonly scanned: 'pass' | 'adapter_suspended';
}

/** The procedures of deploy/RUNBOOK.md that are commands, in an order in which one sandbox can go through all of them. */
export const REHEARSALS: readonly Rehearsal[] = [
  {
    section: 'Backup and restore',
    what: 'a backup is made, and is whole',
    commands: ['backup {folder}/rehearsal.backup', 'restore {folder}/rehearsal.backup --check --unconfirmed'],
    scanned: 'pass',
  },
  {
    section: 'A province is down',
    what: 'a province answers wrongly',
    commands: ['adapter suspend 410000 --reason wrong_answers --as operator-a'],
    scanned: 'adapter_suspended',
  },
  {
    section: 'A province is down',
    what: 'and is right again',
    commands: ['adapter resume 410000 --as operator-b'],
    scanned: 'pass',
  },
  {
    section: 'Rotation, at both ends',
    what: 'a gateway changes its key',
    commands: ['keys rotate --owner gateway --use attestation'],
    scanned: 'pass',
  },
  {
    section: 'A key in strange hands',
    what: 'a gateway’s attestation key',
    commands: ['keys revoke {key/gateway/attestation} --owner gateway --use attestation --reason compromised'],
    scanned: 'pass',
  },
  {
    section: 'A key in strange hands',
    what: 'an operator’s registry key, by the anchor',
    commands: ['registry revoke-key --kid {kid/operator-b} --entity {entity/operators/operator-b} --as anchor'],
    scanned: 'pass',
  },
  {
    section: "The registry's log",
    what: 'the log key is replaced',
    commands: [
      'keys new --owner registry --use log',
      'registry public-key --owner registry --use log',
      'registry add-log-key {printed/1} --as anchor',
      'keys rotate --owner registry --use log',
      'registry retire-log-key {printed/0} --as anchor',
      'log verify',
    ],
    scanned: 'pass',
  },
  {
    section: 'A fork was found',
    what: 'there is no evidence of one',
    commands: ['log evidence', 'registry restore'],
    scanned: 'pass',
  },
  {
    section: 'Admitting and removing',
    what: 'a gateway is removed',
    commands: ['authority list', 'authority remove {entity/gateways/640000}'],
    scanned: 'pass',
  },
];
