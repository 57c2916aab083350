import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { ConformanceLevel } from '../authority/trust-mark-register.ts';
import type { AdapterRecord, FoldState } from '../registry/fold-state.ts';
import type { Trust } from './open-trust.ts';

interface Parts {
  readonly registry: { readonly folded: () => FoldState; readonly onChange: (listener: () => void) => () => void };
  readonly trust: Pick<Trust, 'noteConformance'>;
}

/** Makes the log's word on conformance count as trust marks: held while an adapter in use has passed, and no longer. */
export function followConformance({ registry, trust }: Parts): () => void {
  const noted = new Map<ProvinceCode, AdapterRecord>();
  const look = () => {
    for (const adapter of registry.folded().adapters.values()) {
      // A state shares what an event left alone, so the same record has the same checks.
      if (noted.get(adapter.province) === adapter) continue;
      noted.set(adapter.province, adapter);
      trust.noteConformance(adapter.province, conformanceOf(adapter));
    }
  };
  look();
  return registry.onChange(look);
}

function conformanceOf({ active, suspended, versions }: AdapterRecord): ConformanceLevel | null {
  const check = versions.find(({ version }) => version === active)?.check ?? null;
  return check === null || !check.passed || suspended !== null ? null : check.level;
}
