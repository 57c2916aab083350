import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { SandboxRequest } from '../../schemas/sandbox.ts';

const KEPT = 100;

type Unplaced = Omit<SandboxRequest, 'province' | 'number' | 'at'>;

/** The last requests of one province as received, oldest first, in memory only. */
export class RequestLog {
  readonly #kept: { readonly atMs: number; readonly request: Unplaced }[] = [];
  readonly #province: ProvinceCode;
  #received = 0;

  constructor(province: ProvinceCode) {
    this.#province = province;
  }

  add(request: Unplaced, atMs: number): void {
    this.#received += 1;
    this.#kept.push({ atMs, request });
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  all(): SandboxRequest[] {
    const before = this.#received - this.#kept.length;
    return this.#kept.map(({ atMs, request }, index) => ({
      province: this.#province,
      number: before + index + 1,
      at: new Date(atMs).toISOString(),
      ...request,
    }));
  }
}
