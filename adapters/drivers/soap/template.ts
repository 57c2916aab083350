import type { SoapConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const soapTemplate: DriverTemplate<SoapConfig> = {
  config: {
    name: 'soap',
    ...QUESTION,
    namespace: 'urn:health-code',
    operation: 'verify',
    soap_action: 'verify',
    outcome: { ...QUESTION.outcome, at: '/Envelope/Body/verifyResponse/code' },
    record_at: '/Envelope/Body/verifyResponse/data',
  },
  codes: PREFIXED_CODE,
};
