import { z } from 'zod';

/**
 * Everything that the conformance kit can find wrong with an adapter. `fail`: it must not be approved; `warn`: a person
 * has to look. Texts are for people and name nobody.
 */
export const CONFORMANCE_FINDINGS = {
  blank_left: { severity: 'fail', zh: '模板空白未填写', en: 'A blank of the template is not filled' },
  schema_invalid: { severity: 'fail', zh: '不符合格式规范', en: 'The file does not match its schema' },
  folder_name: {
    severity: 'fail',
    zh: '目录名与所声明的省份不一致',
    en: 'The folder is not named for the province that it declares',
  },

  value_unmapped: { severity: 'fail', zh: '已公布的取值未映射', en: 'A documented value is not mapped' },
  value_undocumented: { severity: 'fail', zh: '映射了未公布的取值', en: 'A value is mapped that is not documented' },
  undocumented_decides: {
    severity: 'fail',
    zh: '未公布的取值被映射为颜色',
    en: 'A value that is not documented is mapped to a colour',
  },
  blank_decides: {
    severity: 'fail',
    zh: '空值或缺失值被映射为颜色',
    en: 'An empty or missing value is mapped to a colour',
  },
  pointer_undocumented: {
    severity: 'fail',
    zh: '映射表读取的字段没有公布取值',
    en: 'A table reads a member whose values are not documented',
  },
  documented_unread: {
    severity: 'warn',
    zh: '已公布取值的字段无人读取',
    en: 'A member whose values are documented is read by no table',
  },
  duplicate_value: { severity: 'fail', zh: '同一取值出现两次', en: 'One value stands twice in a table' },
  shared_pointer: { severity: 'fail', zh: '两张映射表读取同一字段', en: 'Two tables read the same member' },
  name_contradicts: {
    severity: 'fail',
    zh: '状态名称与映射的颜色不符',
    en: 'The name of a state contradicts the status that it is mapped to',
  },
  integer_unnamed: { severity: 'fail', zh: '整数取值没有名称', en: 'An integer is mapped without a name' },
  informational_read: {
    severity: 'fail',
    zh: '仅供展示的字段被用于判断',
    en: 'A member declared informational is read by a table',
  },
  outcome_ambiguous: {
    severity: 'fail',
    zh: '同一返回码有两种含义',
    en: 'One reply code stands for two outcomes',
  },

  shows_disagrees: {
    severity: 'fail',
    zh: '映射结果与持码人所见不符',
    en: 'The holder is shown another state than the manifest makes of the record',
  },
  state_not_shown: {
    severity: 'fail',
    zh: '某个颜色取值没有说明持码人所见的场景',
    en: 'A colour has no scenario that says what the holder is shown',
  },
  scenario_status: { severity: 'fail', zh: '场景的状态不符', en: 'A scenario comes out with another status' },
  scenario_reason: { severity: 'fail', zh: '场景的理由不符', en: 'A scenario comes out with another reason' },
  scenario_decision: {
    severity: 'fail',
    zh: '场景的结论与状态矛盾',
    en: 'A scenario expects a decision that its status cannot have',
  },
  scenario_answer: {
    severity: 'fail',
    zh: '场景的应答方式与预期不符',
    en: 'A scenario expects what its kind of answer cannot give',
  },
  scenario_missing: { severity: 'fail', zh: '缺少必需的场景', en: 'A scenario that every system needs is missing' },
  status_unstable: {
    severity: 'fail',
    zh: '无关变化改变了状态',
    en: 'A change that means nothing changes a status',
  },

  recogniser_overlap: {
    severity: 'fail',
    zh: '识别规则与其他系统重叠',
    en: 'A recogniser could claim the codes of another system',
  },
  code_unrecognised: {
    severity: 'fail',
    zh: '自己的码不被自己的规则识别',
    en: 'The codes of the template are not recognised by the manifest itself',
  },
  code_claimed_elsewhere: {
    severity: 'fail',
    zh: '自己的码被其他系统识别',
    en: 'The codes of the template are claimed by another system too',
  },
  code_personal: {
    severity: 'fail',
    zh: '码的形式像身份证号或手机号',
    en: 'The codes look like identity-card or phone numbers, which are refused',
  },

  remedy_unreachable: {
    severity: 'fail',
    zh: '申诉渠道既无电话也无网址',
    en: 'The remedy has neither a phone nor an address',
  },
  batch_taker_not_entitled: {
    severity: 'fail',
    zh: '批量受理机构无权赋码',
    en: 'The body that takes batches is not among those that may assign',
  },
  last_step_not_entitled: {
    severity: 'fail',
    zh: '最后一道审批机构无权赋码',
    en: 'The last approval is not by a body that may assign',
  },
  no_red_ground: { severity: 'fail', zh: '依据清单中没有红码依据', en: 'No ground of the list carries a red' },
  ground_unlisted: {
    severity: 'warn',
    zh: '映射的依据不在本省规则清单中',
    en: 'A ground is mapped that the rule of the province does not list',
  },
  authority_unreadable: {
    severity: 'fail',
    zh: '规则要求的事项无法从记录中读出',
    en: 'The rule asks for something that no member of the record tells',
  },
  assignment_unread: {
    severity: 'warn',
    zh: '记录未说明由谁赋码，红码黄码均无法得到证实',
    en: 'No record says who assigned a status: no yellow or red can be substantiated',
  },
  origin_unread: {
    severity: 'warn',
    zh: '记录未说明推送来源',
    en: 'No record says which province pushed a status',
  },

  bounds_unsound: { severity: 'fail', zh: '数值界限不合理', en: 'A bound makes no sense beside the others' },
  https_required: { severity: 'fail', zh: '必须使用 https', en: 'Only https addresses are accepted' },
  address_unsafe: {
    severity: 'fail',
    zh: '地址含凭据、参数，或既非公共域名也不在所列网络内',
    en: 'The address carries credentials or a query, or is neither a public host name nor in a network that is listed',
  },
  sandbox_host: {
    severity: 'fail',
    zh: '沙盒地址不得用于生产',
    en: 'A sandbox address must not be registered outside the sandbox',
  },
  node_not_admitted: {
    severity: 'warn',
    zh: 'node 尚不是该省已认可的签发节点，在此之前不能启用',
    en: 'The node is no issuer that the province has admitted; until it is, the adapter cannot be activated',
  },

  exchange_misasked: {
    severity: 'fail',
    zh: '提问与系统文档所示不同',
    en: 'The question is not the one that the documentation of the system shows',
  },
  exchange_misread: {
    severity: 'fail',
    zh: '系统文档所示的应答未读出应有的结果',
    en: 'The reply that the documentation of the system shows comes out differently',
  },
  exchange_undocumented: {
    severity: 'warn',
    zh: '模拟系统由本清单生成，且未给出系统文档中的问答，无可对照',
    en: 'The simulated system was made from this folder, and no exchange of the documentation was given to hold it against',
  },
  live_unreachable: {
    severity: 'fail',
    zh: '系统没有应答，其余项目未检测',
    en: 'The system answers nothing, so nothing else was tried',
  },
  live_failed: { severity: 'fail', zh: '已知码未得到答复', en: 'A known code got no answer' },
  live_status: { severity: 'fail', zh: '已知码的结果不符', en: 'A known code comes out differently' },
  live_unprobed: { severity: 'warn', zh: '没有可用于检测的码', en: 'There was no code to probe this with' },
  statement_mismatch: {
    severity: 'fail',
    zh: '签名声明与记录不一致',
    en: 'The signed statement says something else than the record beside it',
  },
  absence_confused: {
    severity: 'fail',
    zh: '过期、未知与无效的码未能区分',
    en: 'Expired, unknown and malformed codes are not told apart',
  },
  credentials_unchecked: {
    severity: 'fail',
    zh: '错误凭据也能得到答复',
    en: 'Wrong credentials are answered all the same',
  },
  credentials_misread: {
    severity: 'fail',
    zh: '错误凭据未被识别为凭据错误',
    en: 'Wrong credentials are not recognised as such',
  },
  fault_answered: { severity: 'fail', zh: '故障应答被当作有效答复', en: 'A faulty reply was taken for an answer' },
  fault_misread: { severity: 'fail', zh: '故障类型识别错误', en: 'A faulty reply was taken for another fault' },
  fault_lasting: { severity: 'fail', zh: '故障解除后未恢复', en: 'A fault that is over is still felt' },
  skew_changes_status: {
    severity: 'fail',
    zh: '时钟偏差改变了颜色',
    en: 'A clock that is off changes the colour',
  },
  latency_high: {
    severity: 'warn',
    zh: '响应时间接近超时上限',
    en: 'Replies take more than half of the time allowed',
  },
} as const satisfies Record<string, { severity: 'fail' | 'warn'; zh: string; en: string }>;

export type ConformanceFindingCode = keyof typeof CONFORMANCE_FINDINGS;

export const conformanceFindingCodeSchema = z.literal(findingCodes()).meta({ id: 'ConformanceFindingCode' });

function findingCodes(): ConformanceFindingCode[] {
  const codes: ConformanceFindingCode[] = [];
  let code: ConformanceFindingCode;
  for (code in CONFORMANCE_FINDINGS) codes.push(code);
  return codes;
}
