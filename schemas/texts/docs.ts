import type { LocalisedText } from '../code-lists/index.ts';

export const DOCS_TEXTS = {
  title: { zh: '接口说明', en: 'Description of the API' },
  file: { zh: '文件形式：', en: 'As a file: ' },
  loading: { zh: '正在读取接口说明……', en: 'Reading the description …' },
  unreadable: {
    zh: '无法读取接口说明，请稍后再试。',
    en: 'The description cannot be read. Try again in a moment.',
  },
  read_again: { zh: '重新读取', en: 'Read it again' },
  quick: { zh: '快速上手', en: 'Quick start' },
  quick_sandbox: {
    zh: '以下为本沙箱中一个虚构场所的凭据和一个虚构的健康码，可直接粘贴运行。',
    en: 'These are the credentials of an invented venue of this sandbox and an invented code: paste and run.',
  },
  quick_elsewhere: {
    zh: '请填入所在省授权服务器为您的场所登记的凭据；网关信任哪些授权服务器见：',
    en: 'Fill in the credentials that your province registered your venue with. The authorization servers that this gateway trusts are listed at',
  },
  quick_settings: { zh: '一、凭据', en: '1. Credentials' },
  quick_token: {
    zh: '二、取得访问令牌（数分钟有效，不必每次扫码都取）',
    en: '2. An access token (it lives for minutes: not one for each scan)',
  },
  quick_scan: { zh: '三、核验一个码；只按 decision 行事', en: '3. One scan; act on decision alone' },
  quick_verify: {
    zh: '四、用 JavaScript 核验，并离线验证签名链',
    en: '4. The same in JavaScript, with the whole chain verified offline',
  },
  quick_bundle: {
    zh: '直至信任锚的信任链：每小时取一次即可，从哪里取都行。',
    en: 'The chains up to the anchor: fetched once an hour, from anywhere.',
  },
  quick_anchor: {
    zh: '信任锚本身由人工指定，不从网络获取。',
    en: 'The anchor itself is pinned by hand.',
  },
  quick_package: {
    zh: '在本项目目录中运行 npm pack，再安装所得文件，即有 huren/client 与 huren/verify。anchor.json 为信任锚文件，须由省里当面交付，不得取自网关。完整示例见 deploy/guides/integrator.zh-CN.md。',
    en: 'Run npm pack in the repository and install the file: it brings huren/client and huren/verify. anchor.json is the anchor file: your province hands it over, and it is never taken from a gateway. A whole turnstile stands in deploy/guides/integrator.md.',
  },
  copy: { zh: '复制', en: 'Copy' },
  copied: { zh: '已复制', en: 'Copied' },
  search: { zh: '查找接口、字段或问题代码', en: 'Find an operation, a member or a problem code' },
  found: { zh: '项匹配', en: 'found' },
  nothing_found: {
    zh: '没有匹配的内容。可输入路径、字段名或问题代码的一部分。',
    en: 'Nothing matches. A part of a path, of a member or of a problem code will do.',
  },
  link_here: { zh: '指向此处的链接', en: 'Link to this' },
  anything: { zh: '任意 JSON 值', en: 'any JSON value' },
  array_of: { zh: '数组：', en: 'array of' },
  object: { zh: '对象', en: 'object' },
  required: { zh: '必填', en: 'required' },
  example: { zh: '示例', en: 'Example' },
  parameters: { zh: '参数', en: 'Parameters' },
  request: { zh: '请求', en: 'Request' },
  reply: { zh: '答复', en: 'Reply' },
  problems: { zh: '问题代码与处理', en: 'Problems and what to do' },
  schemas: { zh: '数据格式', en: 'Schemas' },
  needs_nothing: { zh: '公开，无需访问令牌。', en: 'Public; no access token.' },
  needs_node_token: {
    zh: '需要由已登记网关以其证明密钥自行签名的令牌（node-token+jwt）。',
    en: 'Needs a token that an admitted gateway signs with the key of its attestations (node-token+jwt).',
  },
  needs_token: {
    zh: '需要访问令牌（OAuth 2 客户端凭据，scope 为 verify）；登记为绑定密钥的场所还须随每个请求附 DPoP 证明。',
    en: 'Needs an access token (OAuth 2 client credentials, scope verify); a venue that is registered with a bound key sends a DPoP proof with each request.',
  },
  sandbox_only: {
    zh: '仅在沙箱模式下存在，其他模式答复 404。各省系统均为模拟。',
    en: 'In sandbox mode alone; 404 in any other. Every province there is simulated.',
  },
} as const satisfies Record<string, LocalisedText>;

/** How many operations stand in a group. */
export function operationsText(count: number): LocalisedText {
  return { zh: `${count} 个接口`, en: `${count} ${count === 1 ? 'operation' : 'operations'}` };
}
