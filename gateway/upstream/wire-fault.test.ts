import { expect, test } from 'vitest';
import { wireFaultOf } from './wire-fault.ts';

test.each([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])('a host that is not found or reached (%s) is told as a connection that broke', (code) => {
  expect(wireFaultOf(Object.assign(new Error('as the system says it'), { code })).code).toBe('connect_failed');
});
