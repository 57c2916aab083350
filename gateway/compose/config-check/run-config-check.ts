import { checkConfig } from '../config.ts';
import type { Environment } from '../read-settings.ts';
import { openAskNode } from './ask-node.ts';
import { checkChain, checkClock, checkRegistry } from './federation-checks.ts';
import { checkAnchorFile, checkKeyFiles, checkSecretFiles, checkUpstreamFiles } from './file-checks.ts';
import { type Finding, type Subject, unused } from './finding.ts';
import { checkDataDirectory, checkDisk, checkOpenFiles, checkPort } from './machine-checks.ts';
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
    ...checkSecretFiles(subject),
    checkAnchorFile(subject),
    checkCaFile(subject),
    ...checkServerCertificate(subject),
    ...checkUpstreamFiles(subject),
    ...checkKeyFiles(subject),
    checkDataDirectory(subject),
    checkDisk(subject),
    checkOpenFiles(),
  ];
  const there = await Promise.all([checkPort(subject), checkDatabase(subject), checkRedis(subject)]);
  return [...settings, ...here, ...there, ...(await checkOthers(subject, here))];
}

/** What only other nodes can tell. A certificate file that cannot be read has been told already. */
async function checkOthers(subject: Subject, here: readonly Finding[]): Promise<Finding[]> {
  const isCaBad = here.some(({ setting, outcome }) => setting === 'HUREN_CA_FILE' && outcome === 'bad');
  const config = isCaBad ? { ...subject.config, caFile: null } : subject.config;
  const { ask, close } = openAskNode(config, subject.nowMs);
  try {
    return await Promise.all([checkRegistry(subject, ask), checkChain(subject, ask), checkClock(subject, ask)]);
  } finally {
    await close();
  }
}
