import { trustCaFile } from '../../upstream/ca-file.ts';
import { checkConfig } from '../config.ts';
import type { Environment } from '../config-reading.ts';
import { openAskNode } from './ask-node.ts';
import { checkChains } from './chain-checks.ts';
import { checkAnchorFile, checkKeyFiles, checkUpstreamFiles } from './file-checks.ts';
import { type Finding, type Subject, unused } from './finding.ts';
import { checkDataDirectory, checkDisk, checkOpenFiles, checkPort } from './machine-checks.ts';
import { checkClock, checkRegistry } from './registry-checks.ts';
import { settingFindings } from './setting-findings.ts';
import { checkDatabase, checkRedis } from './store-checks.ts';
import { checkCaFile, checkServerCertificate } from './tls-checks.ts';

export type { Finding } from './finding.ts';

/** Tries everything that a start needs, without serving, and changes nothing. */
export async function runConfigCheck(env: Environment, { sandbox }: { readonly sandbox: boolean }): Promise<Finding[]> {
  const { config, faults } = checkConfig(env, { sandbox });
  const settings = settingFindings(env, faults);
  if (config === null) {
    const found = { zh: '其余未检查：先改正以上设置', en: 'the rest was not tried: correct the settings first' };
    return [...settings, checkOpenFiles(), unused(['setting', 'HUREN_*'], found)];
  }
  const subject: Subject = { env, config, sandbox, nowMs: Date.now };
  const here = [
    checkAnchorFile(subject),
    checkCaFile(subject),
    ...checkServerCertificate(subject),
    checkUpstreamFiles(subject),
    ...checkKeyFiles(subject),
    checkDataDirectory(subject),
    checkDisk(subject),
    checkOpenFiles(),
  ];
  // As a start does: stores and other nodes may have a certificate of the operator's own authority.
  if (here.some(({ setting, outcome }) => setting === 'HUREN_CA_FILE' && outcome === 'good'))
    trustCaFile(config.caFile);
  const there = await Promise.all([checkPort(subject), checkDatabase(subject), checkRedis(subject)]);
  return [...settings, ...here, ...there, ...(await checkOthers(subject))];
}

/** What only other nodes can tell. */
async function checkOthers(subject: Subject): Promise<Finding[]> {
  const { ask, close } = openAskNode(subject.nowMs);
  try {
    const [registry, chains, clock] = await Promise.all([
      checkRegistry(subject, ask),
      checkChains(subject, ask),
      checkClock(subject, ask),
    ]);
    return [registry, ...chains, clock];
  } finally {
    await close();
  }
}
