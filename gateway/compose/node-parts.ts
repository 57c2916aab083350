import type { Router } from 'express';
import type { Logger } from 'pino';
import type { Degraded, ReadinessReason } from '../../schemas/readiness.ts';
import type { NodeRole } from '../../schemas/settings/index.ts';
import type { Metrics } from '../coverage/metrics.ts';
import type { Signals } from '../coverage/signals.ts';
import type { HotRoutes } from '../http/hot-routes.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { CredentialShelf } from '../trust/credential-shelf.ts';
import type { GuardedFetch } from '../upstream/guarded-fetch.ts';
import type { Networks } from '../upstream/networks.ts';
import type { Outgoing } from '../upstream/outgoing.ts';
import type { Config } from './config.ts';
import type { OpenRegistry } from './open-registry.ts';
import type { Shared } from './open-shared.ts';
import type { Upstreams } from './open-upstreams.ts';
import type { OnRefresh } from './refresh-watch.ts';
import type { Trust } from './trust.ts';

/** What every role of a node stands on. */
export interface NodeParts {
  readonly config: Config;
  /** The node's own address: the audience of tokens, and what the entities that it hosts usually lie below. */
  readonly nodeUrl: string;
  readonly keys: KeyStore;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly registry: OpenRegistry;
  readonly trust: Trust;
  /** What certificates that holders carry are decided with, as far as it is handed on. */
  readonly credentials: CredentialShelf;
  readonly shared: Shared;
  readonly signals: Signals;
  /** Documents of other hosts, behind the guard. */
  readonly documents: GuardedFetch;
  readonly upstreams: Upstreams;
  /** Hears of what is in use and was had anew, or could not be. */
  readonly onRefresh: OnRefresh;
  readonly extras: NodeExtras;
  readonly nowMs: () => number;
}

/** What whoever starts a node brings along: somebody who plays a nation on one machine, or one of several processes. */
export interface NodeExtras {
  /** Simulated upstreams in place of the operator's. */
  readonly openUpstreams?: (outgoing: Outgoing) => Upstreams;
  readonly networks?: Networks;
  /** Further paths. */
  readonly mount?: (router: Router, parts: NodeParts) => void;
  /** Played systems are no fault of a manifest. */
  readonly simulated?: boolean;
  readonly siblings?: Siblings;
}

/** The other processes of a node that runs as several, behind one address. */
export interface Siblings {
  /** One of them goes for this one: it is sent nothing before its answers can be relied on. */
  readonly replaces: boolean;
  /** The metrics of all, as text; null where they cannot be had now. */
  readonly metrics: () => Promise<string | null>;
}

/** One role of a node: what it answers, and why it should not be sent anything just now. */
export interface Role {
  readonly name: NodeRole;
  readonly mount: (router: Router, hot: HotRoutes) => void;
  readonly notReady: () => readonly ReadinessReason[];
  /** What answers less than it could. */
  readonly degraded: () => readonly Degraded[];
  /** Lets go at once of requests that would hold up a stop. */
  readonly drain?: () => void;
  readonly close: () => Promise<void>;
}
