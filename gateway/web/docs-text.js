// The page's own words in its language, and the two builders that everything is made with.
const WORDS = {
  zh: {
    allProblems: '全部问题代码',
    anything: '任意 JSON 值',
    arrayOf: '数组：',
    code: '代码',
    contents: '目录',
    example: '示例',
    form: '格式',
    meaning: '含义',
    members: '成员',
    name: '名称',
    needsNothing: '公开，无需访问令牌。',
    needsNodeToken: '需要由已登记网关以其证明密钥自行签名的令牌（node-token+jwt）。',
    needsToken: '需要访问令牌（OAuth 2 客户端凭据，scope 为 verify）。',
    next: '如何处理',
    no: '否',
    object: '对象',
    parameters: '参数',
    problems: '问题代码',
    reply: '答复',
    request: '请求',
    required: '必填',
    sandboxOnly: '仅在沙箱模式下存在，其他模式答复 404。各省系统均为模拟。',
    schemas: '数据格式',
    status: 'HTTP 状态',
    unreadable: '无法读取接口说明，请直接打开 /openapi.json。',
    yes: '是',
  },
  en: {
    allProblems: 'Every problem code',
    anything: 'any JSON value',
    arrayOf: 'array of',
    code: 'Code',
    contents: 'Contents',
    example: 'Example',
    form: 'Form',
    meaning: 'Meaning',
    members: 'Members',
    name: 'Name',
    needsNothing: 'Public; no access token.',
    needsNodeToken: 'Needs a token that an admitted gateway signs with the key of its attestations (node-token+jwt).',
    needsToken: 'Needs an access token (OAuth 2 client credentials, scope verify).',
    next: 'What to do',
    no: 'no',
    object: 'object',
    parameters: 'Parameters',
    problems: 'Problems',
    reply: 'Reply',
    request: 'Request',
    required: 'Required',
    sandboxOnly: 'In sandbox mode alone; 404 in any other. Every province there is simulated.',
    schemas: 'Schemas',
    status: 'HTTP status',
    unreadable: 'The description cannot be read. Open /openapi.json instead.',
    yes: 'yes',
  },
};

const language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';

/** The page's words; `of` picks the language of a `{zh, en}` text. */
export const words = { ...WORDS[language], of: (text) => text[language] };

/** An element with attributes and children; a string child is text, never markup. */
export function element(name, attributes, children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** A table with a caption, column headings, and a row heading in each first cell. */
export function table(caption, headings, rows) {
  const head = element(
    'tr',
    {},
    headings.map((text) => element('th', { scope: 'col' }, [text])),
  );
  const body = rows.map(([first, ...rest]) =>
    element('tr', {}, [element('th', { scope: 'row' }, first), ...rest.map((cell) => element('td', {}, cell))]),
  );
  return element('div', { class: 'scroll' }, [
    element('table', {}, [element('caption', {}, [caption]), element('thead', {}, [head]), element('tbody', {}, body)]),
  ]);
}
