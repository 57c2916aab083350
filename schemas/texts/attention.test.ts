import { expect, test } from 'vitest';
import type { AttentionKind } from '../coverage.ts';
import { attentionDetailText } from './attention.ts';

test.each<[AttentionKind, string, string, string]>([
  ['approval_waiting', '1 / 2', '须 2 人批准，已有 1 人', '1 of 2 approvals'],
  ['batch', '93 %', '占比 93%', 'a share of 93 %'],
  ['recognition_falling', '97 % → 72 %', '97% → 72%', '97 % → 72 %'],
  ['deviation', 'pass → refer', '放行 → 转人工', 'pass → refer'],
  ['exception_lapsing', 'pass → refer: Measure 1', '放行 → 转人工：Measure 1', 'pass → refer: Measure 1'],
  ['node_silent', 'gap clock_off', '有上报丢失；时钟不准', 'reports were lost; its clock is off'],
  [
    'breaker_open',
    'https://a.example https://b.example',
    '上报节点：https://a.example、https://b.example',
    'told by https://a.example, https://b.example',
  ],
  ['key_lapsing', 'attestation QmF', '证明密钥 QmF', 'of attestations: QmF'],
])('%s is told as a bare %s that does not say of what', (kind, detail, zh, en) => {
  expect(attentionDetailText({ kind, detail })).toEqual({ zh, en });
});

test.each<[AttentionKind, string]>([
  ['node_fault', 'gap something_newer'],
  ['approval_waiting', 'waits'],
  ['key_lapsing', 'something_newer QmF'],
])('%s by a newer gateway, %s, is lost', (kind, detail) => {
  expect(attentionDetailText({ kind, detail })).toEqual({ zh: detail, en: detail });
});
