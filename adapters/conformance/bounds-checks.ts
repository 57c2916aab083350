import { isIP } from 'node:net';
import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import { type Detail, detail, finding, inManifest } from './finding.ts';
import type { Subject } from './subject.ts';

const SANDBOX_HOST = /(?:^|\.)sandbox\.invalid$/;
const NO_PUBLIC_NAME = /(?:^|\.)(?:localhost|local|internal|localdomain)$/;

/** Bounds that pass the schema one by one and make no sense together. */
export function checkBounds({ manifest }: Subject): ConformanceFinding[] {
  const { upstream, freshness_s, stale_grace_s, reply, recognise } = manifest;
  const findings: ConformanceFinding[] = [];
  const report = (pointer: string, what: Detail) =>
    void findings.push(finding('bounds_unsound', inManifest(pointer), what));

  if (freshness_s > 0 && upstream.timeout_ms > freshness_s * 1000) {
    report('/upstream/timeout_ms', detail('older_on_arrival'));
  }
  if (freshness_s === 0 && stale_grace_s > 0) {
    report('/stale_grace_s', detail('never_kept'));
  }
  for (const [index, rule] of reply.validity.entries()) {
    const at = `/reply/validity/${index}`;
    if (rule.max_age_s < freshness_s) report(at, detail('ends_while_fresh'));
    if (rule.status === 'indeterminate') report(at, detail('grows_not_old'));
    if (reply.validity.findIndex(({ status }) => status === rule.status) < index) report(at, detail('second_rule'));
  }
  for (const [index, recogniser] of recognise.entries()) {
    const { min, max } = recogniser.length;
    if (min > max) report(`/recognise/${index}/length`, detail('min_above_max'));
    else if (literalOf(recogniser).length >= max) report(`/recognise/${index}/length`, detail('no_room'));
  }
  return findings;
}

/**
 * Provinces are reached over TLS, by a public name or in a network that the operator lists, with no secret in the
 * address. The registry is public.
 */
export function checkAddresses({ manifest, production, lists }: Subject): ConformanceFinding[] {
  const { upstream, remedy } = manifest;
  const at = inManifest('/upstream/base_url');
  const url = new URL(upstream.base_url);
  const findings: ConformanceFinding[] = [];
  if (url.protocol !== 'https:') findings.push(finding('https_required', at, written('base_url')));
  if (isUnsafe(url, lists)) findings.push(finding('address_unsafe', at, written('base_url')));
  if (production && SANDBOX_HOST.test(url.hostname)) findings.push(finding('sandbox_host', at, written(url.hostname)));
  if (remedy.url !== null && new URL(remedy.url).protocol !== 'https:') {
    findings.push(finding('https_required', inManifest('/remedy/url'), written('remedy')));
  }
  return findings;
}

/**
 * Other provinces' gateways ask the node, so it stands under the same rules as the system. Where all of a nation is played
 * on one machine, its nodes have no public names.
 */
export function checkNode({ manifest, production, lists, isIssuerOf }: Subject): ConformanceFinding[] {
  const { node, province } = manifest;
  if (node === undefined) return [];
  const at = inManifest('/node');
  const url = new URL(node);
  const findings: ConformanceFinding[] = [];
  if (production && url.protocol !== 'https:') findings.push(finding('https_required', at, written('node')));
  if (production && isUnsafe(url, lists)) findings.push(finding('address_unsafe', at, written('node')));
  if (isIssuerOf?.(node, province) === false) findings.push(finding('node_not_admitted', at, written('node')));
  return findings;
}

function written(text: string): Detail {
  return detail('as_written', { text });
}

/** The threat is a manifest that turns the gateway on its own network. */
function isUnsafe(url: URL, lists: Subject['lists']): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const extras = url.username + url.password + url.search + url.hash;
  if (extras !== '') return true;
  if (isIP(host) !== 0) return lists?.(host) !== true;
  return !host.includes('.') || NO_PUBLIC_NAME.test(host);
}

function literalOf(recogniser: Subject['manifest']['recognise'][number]): string {
  switch (recogniser.kind) {
    case 'prefix':
      return recogniser.prefix;
    case 'url':
      return recogniser.value_prefix;
    case 'whole_url':
      return `${recogniser.scheme}://${recogniser.host}${recogniser.path}`;
    case 'url_path':
    case 'json':
    case 'binary':
    case 'jws':
      return '';
  }
}
