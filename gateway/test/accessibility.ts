import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const IS_LOADED = 'globalThis.axe !== undefined';
/** Of what passes, and of where in the page it stands, nothing is asked: making that up is work, and no finding. */
const VIOLATIONS_ALONE = { resultTypes: ['violations'], selectors: false };
const find = (
  options: object,
) => `axe.run(${JSON.stringify({ ...VIOLATIONS_ALONE, ...options })}).then(({ violations }) =>
  violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) })))`;
/** What another width or colour scheme can change about a page that is otherwise the same. */
const BY_LOOK = {
  runOnly: { type: 'rule', values: ['color-contrast', 'scrollable-region-focusable', 'link-in-text-block'] },
};
const findingsSchema = z.array(z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.string()) }));

export type AccessibilityFinding = z.infer<typeof findingsSchema>[number];

/** What axe-core finds on a page as it is now that keeps somebody out: serious and critical findings. */
export async function seriousFindings(page: Page): Promise<AccessibilityFinding[]> {
  return await findingsBy(page, {});
}

/** The same, by what depends on how a page looks alone. */
export async function seriousFindingsByLook(page: Page): Promise<AccessibilityFinding[]> {
  return await findingsBy(page, BY_LOOK);
}

async function findingsBy(page: Page, options: object): Promise<AccessibilityFinding[]> {
  // A page's policy lets no script in; what the debugger evaluates is no part of the page.
  if ((await page.evaluate(IS_LOADED)) !== true) await page.evaluate(AXE);
  const findings = findingsSchema.parse(await page.evaluate(find(options)));
  return findings.filter(({ impact }) => impact === 'serious' || impact === 'critical');
}
