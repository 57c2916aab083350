/** One room of the house: what is in it, and which other rooms its files may import. */
export interface Room {
  /** A folder, or the start of file names; `*` is one folder of any name. */
  readonly path: string;
  readonly holds: string;
  readonly mayImport: readonly string[];
  /** Its files do no I/O, and nothing that they reach does: no network, no disk, no clock of their own. */
  readonly pure?: true;
}

/** Every room, from the inside out. ARCHITECTURE.md shows this table; `import-rules.test.ts` holds the code to it. */
export const ROOMS: readonly Room[] = [
  {
    path: 'schemas/',
    holds: 'The contract: zod is the only source; code lists, vectors, generated JSON Schema and OpenAPI.',
    mayImport: [],
  },
  {
    path: 'gateway/node-crypto.ts',
    holds: "Node's own cryptography, where there is node.",
    mayImport: [],
    pure: true,
  },
  {
    path: 'adapters/credentials/',
    holds:
      'Certificates that their holders carry, decided by their own bytes, trust lists and rules; in browsers as well.',
    mayImport: ['schemas/', 'gateway/node-crypto.ts'],
    pure: true,
  },
  {
    path: 'adapters/sandbox/',
    holds: 'Simulated systems and an OpenID provider, over real HTTP, in a process of their own.',
    mayImport: ['schemas/', 'adapters/', 'adapters/drivers/*/wire.ts'],
  },
  {
    path: 'adapters/drivers/*/wire.ts',
    holds: "The simulated system's side of each driver, beside the driver.",
    mayImport: ['schemas/', 'adapters/', 'adapters/sandbox/'],
  },
  {
    path: 'adapters/translate',
    holds: 'A raw record becomes normalised claims, by the tables of a manifest.',
    mayImport: ['schemas/', 'adapters/'],
    pure: true,
  },
  {
    path: 'adapters/',
    holds: 'How a province is asked and read: drivers, recogniser, provinces, conformance kit.',
    mayImport: ['schemas/', 'adapters/translate', 'adapters/credentials/', 'adapters/sandbox/'],
  },
  {
    path: 'gateway/problem-error.ts',
    holds: 'A refusal on its way to become problem details.',
    mayImport: ['schemas/'],
  },
  {
    path: 'gateway/program-options.ts',
    holds: 'The command line of every program that measures or tests: its help, its options, and what is wrong usage.',
    mayImport: [],
  },
  { path: 'gateway/compose/config', holds: 'The settings, checked once.', mayImport: ['schemas/', 'gateway/keys/'] },
  {
    path: 'gateway/policy/',
    holds: 'Mandates and decision tables, and their distance from the national baseline.',
    mayImport: ['schemas/'],
    pure: true,
  },
  {
    path: 'gateway/provenance/',
    holds: 'Authority model against what a statement says: `signed`, `stated`, `absent`, `violated`.',
    mayImport: ['schemas/'],
    pure: true,
  },
  {
    path: 'gateway/stores/',
    holds: 'What stores share: one PostgreSQL pool, numbered migrations, SQLite files, closed faults.',
    mayImport: ['schemas/'],
  },
  {
    path: 'gateway/log/merkle',
    holds: 'Merkle trees and their proofs: of the log, and of tokens that share one signature.',
    mayImport: ['schemas/', 'gateway/log/', 'gateway/node-crypto.ts'],
    pure: true,
  },
  {
    path: 'gateway/log/',
    holds: 'The log of bytes: checkpoints, notes, tiles, its stores and its audit.',
    mayImport: ['schemas/', 'gateway/node-crypto.ts', 'gateway/log/merkle', 'gateway/stores/'],
  },
  {
    path: 'gateway/trust/attestation-rules',
    holds: 'What no attestation may say, alone or against its statement.',
    mayImport: ['schemas/'],
    pure: true,
  },
  {
    path: 'gateway/trust/',
    holds:
      'JWS, entity statements, chains, attestations, and the one verifier that command line, tests and browser share.',
    mayImport: ['schemas/', 'gateway/log/merkle', 'gateway/node-crypto.ts', 'gateway/trust/attestation-rules'],
  },
  {
    path: 'gateway/keys/',
    holds: 'One key store behind `Signer`: ring files or a PKCS#11 token, gates, schedules, the one permission check.',
    mayImport: ['schemas/', 'gateway/trust/', 'gateway/log/', 'gateway/stores/'],
  },
  {
    path: 'gateway/registry/fold',
    holds: 'What the log says: a pure fold over signed events.',
    mayImport: ['schemas/', 'adapters/', 'gateway/registry/', 'gateway/policy/', 'gateway/trust/', 'gateway/log/'],
    pure: true,
  },
  {
    path: 'gateway/registry/',
    holds: 'Events, the written registry and the followed one, and the door through which events go in.',
    mayImport: [
      'schemas/',
      'adapters/',
      'gateway/registry/fold',
      'gateway/policy/',
      'gateway/trust/',
      'gateway/log/',
      'gateway/log/merkle',
      'gateway/keys/',
    ],
  },
  {
    path: 'gateway/authority/',
    holds: 'Who vouches for whom: hosted entities, subordinate statements from the log, trust marks, handover of keys.',
    mayImport: ['schemas/', 'gateway/trust/', 'gateway/keys/', 'gateway/registry/', 'gateway/registry/fold'],
  },
  {
    path: 'gateway/passes/pass-picture',
    holds: 'A pass as a QR code, for pages and the command line.',
    mayImport: [],
    pure: true,
  },
  {
    path: 'gateway/passes/',
    holds: 'Holder-carried passes and their register.',
    mayImport: ['schemas/', 'gateway/trust/', 'gateway/stores/'],
  },
  {
    path: 'gateway/cache/',
    holds: 'Verified answers in memory and in Redis, sealed; invalidations and their catch-up.',
    mayImport: ['schemas/', 'adapters/'],
  },
  {
    path: 'gateway/access/',
    holds: "Venues' tokens and proofs, logins, rate limits, load shedding, guessed codes, replay memory.",
    mayImport: ['schemas/', 'gateway/problem-error.ts', 'gateway/trust/', 'gateway/cache/'],
  },
  {
    path: 'gateway/upstream/',
    holds: 'Pools, breakers, budgets, the guard on every way out, one set a way to a province: its system or its node.',
    mayImport: [
      'schemas/',
      'adapters/',
      'gateway/compose/config',
      'gateway/trust/',
      'gateway/keys/',
      'gateway/registry/',
    ],
  },
  {
    path: 'gateway/coverage/',
    holds: 'Counters and their stores, the recognition matrix, signals of abuse, metrics.',
    mayImport: ['schemas/', 'gateway/policy/', 'gateway/stores/', 'gateway/registry/', 'gateway/registry/fold'],
  },
  {
    path: 'gateway/verification/',
    holds: 'The main job: `verify.ts` is its table of contents.',
    mayImport: [
      'schemas/',
      'adapters/',
      'gateway/problem-error.ts',
      'gateway/policy/',
      'gateway/provenance/',
      'gateway/trust/',
      'gateway/trust/attestation-rules',
      'gateway/log/',
      'gateway/cache/',
      'gateway/upstream/',
      'gateway/registry/',
      'gateway/coverage/',
      'gateway/access/',
      'gateway/passes/',
    ],
  },
  {
    path: 'gateway/issuing/',
    holds: "What another province's gateway is answered: who asks, what our own system says, and who signs it.",
    mayImport: [
      'schemas/',
      'adapters/',
      'gateway/problem-error.ts',
      'gateway/trust/',
      'gateway/upstream/',
      'gateway/registry/',
      'gateway/access/',
      'gateway/verification/',
    ],
  },
  {
    path: 'gateway/telemetry/',
    holds: 'Spans recorded and sent by OTLP/HTTP where somebody asks for them; everybody else knows the API alone.',
    mayImport: [],
  },
  {
    path: 'gateway/http/',
    holds: 'Routes: parse, call, reply.',
    mayImport: [
      'schemas/',
      'gateway/problem-error.ts',
      'gateway/verification/',
      'gateway/issuing/',
      'gateway/registry/',
      'gateway/registry/fold',
      'gateway/coverage/',
      'gateway/policy/',
      'gateway/trust/',
      'gateway/log/',
      'gateway/log/merkle',
      'gateway/keys/',
      'gateway/cache/',
      'gateway/upstream/',
      'gateway/access/',
      'gateway/authority/',
      'gateway/passes/',
      'gateway/stores/',
    ],
  },
  {
    path: 'gateway/client/',
    holds:
      "What the package exports: a venue's client, the offline verifier, the log's proofs, and the federation's verifier.",
    mayImport: ['schemas/', 'gateway/trust/', 'gateway/log/', 'gateway/log/merkle'],
  },
  {
    path: 'gateway/web/',
    holds: 'Pages, built for a browser: one folder a page, with the one verifier instead of a second.',
    mayImport: [
      'schemas/',
      'adapters/credentials/',
      'gateway/policy/',
      'gateway/trust/',
      'gateway/trust/attestation-rules',
      'gateway/log/',
      'gateway/log/merkle',
      'gateway/client/',
      'gateway/passes/pass-picture',
    ],
  },
  {
    path: 'gateway/compose/',
    holds:
      'What a node is made of: settings, the listener, the parts that all roles stand on, one file a role. Nothing else wires things.',
    mayImport: ['schemas/', 'adapters/', 'gateway/'],
  },
  {
    path: 'gateway/sandbox/',
    holds: 'Plays a nation on one machine, through the same doors as everybody.',
    mayImport: ['schemas/', 'adapters/', 'adapters/sandbox/', 'gateway/'],
  },
  {
    path: 'gateway/recovery/',
    holds: 'Backup and restore: one sealed archive of what a node has to keep.',
    mayImport: [
      'schemas/',
      'gateway/stores/',
      'gateway/log/',
      'gateway/log/merkle',
      'gateway/trust/',
      'gateway/keys/',
      'gateway/registry/',
      'gateway/registry/fold',
      'gateway/authority/',
      'gateway/passes/',
      'gateway/coverage/',
    ],
  },
  {
    path: 'gateway/cli/',
    holds: 'The command line: it speaks the public HTTP API and imports the verifier.',
    mayImport: [
      'schemas/',
      'adapters/',
      'adapters/sandbox/',
      'gateway/client/',
      'gateway/passes/pass-picture',
      'gateway/compose/config',
      'gateway/keys/',
      'gateway/trust/',
      'gateway/log/',
      'gateway/log/merkle',
      'gateway/registry/',
      'gateway/registry/fold',
      'gateway/policy/',
      'gateway/authority/',
      'gateway/upstream/',
      'gateway/stores/',
      'gateway/recovery/',
    ],
  },
  {
    path: 'gateway/bench/',
    holds: 'The load benchmark.',
    mayImport: ['schemas/', 'adapters/', 'adapters/sandbox/', 'gateway/', 'gateway/sandbox/'],
  },
];

/** Rooms that nothing else leans on: who starts things, and who tests them. */
export const OUTERMOST: readonly string[] = [
  'gateway/cli/',
  'gateway/bench/',
  'gateway/test/',
  'gateway/sandbox/',
  'adapters/sandbox/',
  'adapters/drivers/*/wire.ts',
];
