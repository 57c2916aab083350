import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLE = join(import.meta.dirname, '../../adapters/conformance/examples/120000-tianjin');

/** A system that nobody has seen before, as a folder in `folder`: Tianjin's, of Fujian (350000) and with codes of its own. */
export function unplayedProvince(folder: string): string {
  const path = join(folder, '350000-fujian');
  cpSync(EXAMPLE, path, { recursive: true });
  for (const file of ['manifest.json', 'fixtures/scenarios.json']) {
    const at = join(path, file);
    const text = readFileSync(at, 'utf8')
      .replaceAll('TJJKM', 'FJJKM')
      .replace('"province": "120000",\n', '"province": "350000",\n');
    writeFileSync(at, text.replace('tianjin-jiankangma', 'fujian-bamin'));
  }
  return path;
}
