import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const IS_LOADED = 'globalThis.axe !== undefined';
const FIND = `axe.run().then(({ violations }) =>
  violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) })))`;
const findingsSchema = z.array(z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.string()) }));

export type AccessibilityFinding = z.infer<typeof findingsSchema>[number];

/** What axe-core finds on a page as it is now that keeps somebody out: serious and critical findings. */
export async function seriousFindings(page: Page): Promise<AccessibilityFinding[]> {
  // A page's policy lets no script in; what the debugger evaluates is no part of the page.
  if ((await page.evaluate(IS_LOADED)) !== true) await page.evaluate(AXE);
  const findings = findingsSchema.parse(await page.evaluate(FIND));
  return findings.filter(({ impact }) => impact === 'serious' || impact === 'critical');
}
