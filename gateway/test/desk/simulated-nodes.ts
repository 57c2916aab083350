import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { PROVINCES, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { CoverageGroup } from '../../../schemas/coverage-report.ts';
import { admissibleKeys, listedKeys } from '../../authority/admissible-keys.ts';
import { filesIn } from '../../sandbox/nation/places.ts';
import { signCoverageReport } from '../../trust/coverage-report.ts';
import { configure, makeKey, makeParty, type Party } from '../../trust/federation.fixture.ts';
import type { PublicJwk } from '../../trust/public-key.ts';
import type { Signer } from '../../trust/signer.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from '../../trust/trust-bundle.ts';
import { EVERY_PROVINCE, type NationalSide, type Seats } from './national-side.ts';

/** Of gateways, and of issuers, in every province: 272 nodes. */
const OF_EACH_KIND = 4;
/** Reports that a node keeps for a monitor that is away. */
const KEPT = 64;
const nowS = () => Math.floor(Date.now() / 1000);

/** A gateway or an issuer that counts nothing itself: its keys, and the reports that it was told to make. */
export interface SimulatedNode {
  readonly kind: 'gateway' | 'issuer';
  readonly province: ProvinceCode;
  readonly party: Party;
  readonly signing: { readonly signer: Signer; readonly jwk: PublicJwk };
  readonly superior: string;
  readonly reports: ReportChain;
}

/** Reports of one node, each numbered and chained to the one before. */
class ReportChain {
  readonly #iss: string;
  readonly #epoch = randomBytes(16).toString('base64url');
  readonly #kept: { readonly number: number; readonly body: string }[] = [];
  #number = 0;
  #previous: string | null = null;
  #sealedS = nowS();

  constructor(iss: string) {
    this.#iss = iss;
  }

  seal(groups: readonly CoverageGroup[]): void {
    const iat = nowS();
    this.#number += 1;
    const minutes = groups.length === 0 ? [] : [{ minute: Math.floor(iat / 60), groups }];
    const chained = { epoch: this.#epoch, number: this.#number, previous: this.#previous };
    const body = JSON.stringify({ iss: this.#iss, iat, from: this.#sealedS, ...chained, minutes, breakers: [] });
    this.#previous = createHash('sha256').update(Buffer.from(body).toString('base64url')).digest('base64url');
    this.#sealedS = iat;
    this.#kept.push({ number: this.#number, body });
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  after(epoch: string | null, number: number): string[] {
    const known = epoch === this.#epoch ? number : 0;
    return this.#kept.filter((report) => report.number > known).map(({ body }) => body);
  }
}

/** Makes all nodes of the country, and has their provinces admit them. */
export async function makeNodes({ nodes }: Seats, national: NationalSide): Promise<SimulatedNode[]> {
  const made: SimulatedNode[] = [];
  for (const province of EVERY_PROVINCE) {
    for (const kind of ['gateway', 'issuer'] as const) {
      for (let at = 1; at <= OF_EACH_KIND; at += 1)
        made.push(await makeNode(`${nodes.url}/${province}/${kind}-${at}`, { kind, province }, national));
    }
  }
  return made;
}

async function makeNode(
  url: string,
  of: Pick<SimulatedNode, 'kind' | 'province'>,
  national: NationalSide,
): Promise<SimulatedNode> {
  const party = await makeParty(url, 'federation');
  const signing = await makeKey('signing');
  const { zh, en } = PROVINCES[of.province];
  await national.admit(of.province, {
    ...{ entity_id: url, kind: of.kind, name: { zh, en } },
    jwks: { keys: admissibleKeys([party.jwk]) },
    published: listedKeys([signing.jwk], nowS()),
  });
  return { ...of, party, signing, superior: national.provinceUrl(of.province), reports: new ReportChain(url) };
}

/** Answers for every node: what it says of itself, and its reports. How often reports were asked for is counted. */
export async function serveNodes({ nodes: seat }: Seats, nodes: readonly SimulatedNode[]) {
  const byPath = new Map(nodes.map((node) => [new URL(node.party.entityId).pathname, node]));
  const { certFile, keyFile } = filesIn(seat.dir);
  const asked = { times: 0 };
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
    const url = new URL(request.url ?? '/', seat.url);
    const [, path = '', wanted = ''] = /^(\/\d+\/[a-z]+-\d+)(\/.+)$/.exec(url.pathname) ?? [];
    const node = byPath.get(path);
    const answer = async (): Promise<readonly [type: string, body: string] | null> => {
      if (node === undefined) return null;
      if (wanted === '/.well-known/openid-federation') {
        return ['application/entity-statement+jwt', await configurationOf(node)];
      }
      if (wanted !== '/v1/coverage/reports') return null;
      asked.times += 1;
      const bodies = node.reports.after(url.searchParams.get('epoch'), Number(url.searchParams.get('after')));
      const reports = await Promise.all(
        bodies.slice(0, 8).map((body) => signCoverageReport(body, node.signing.signer)),
      );
      return ['application/json', JSON.stringify({ reports })];
    };
    void answer().then((answered) => {
      if (answered === null) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': answered[0] }).end(answered[1]);
    });
  });
  server.listen(Number(new URL(seat.url).port), seat.address);
  await once(server, 'listening');
  return {
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function configurationOf({ party, kind, province, superior }: SimulatedNode): Promise<string> {
  const type = kind === 'gateway' ? RECOGNITION_GATEWAY : STATUS_ISSUER;
  const lives = { iat: nowS() - 10, exp: nowS() + 86_400 };
  return configure(party, { ...lives, authority_hints: [superior], metadata: { [type]: { province } } });
}
