import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { SandboxRequest } from '../../schemas/sandbox.ts';

const KEPT = 100;

/** The last requests of one province as received, oldest first, in memory only. */
export class RequestLog {
  readonly #kept: { readonly atMs: number; readonly request: Omit<SandboxRequest, 'province' | 'at'> }[] = [];
  readonly #province: ProvinceCode;

  constructor(province: ProvinceCode) {
    this.#province = province;
  }

  add(request: Omit<SandboxRequest, 'province' | 'at'>, atMs: number): void {
    this.#kept.push({ atMs, request });
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  all(): SandboxRequest[] {
    return this.#kept.map(({ atMs, request }) => ({
      province: this.#province,
      at: new Date(atMs).toISOString(),
      ...request,
    }));
  }
}
