import type { Language } from './cli.ts';

/** Commander speaks English alone. What it says of a wrong command line, by its own words, with what stands in for them. */
const ZH: readonly (readonly [RegExp, string])[] = [
  [/^missing required argument '(.*)'$/, "缺少参数 '$1'"],
  [/^option '(.*?)' argument missing$/, "选项 '$1' 缺少值"],
  [/^required option '(.*?)' not specified$/, "缺少必需的选项 '$1'"],
  [/^option '(.*?)' cannot be used with option '(.*?)'$/, "选项 '$1' 与 '$2' 不能同时使用"],
  [/^option '(.*?)' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s, "选项 '$1' 的值 '$2' 无效。可选：$3"],
  [/^option '(.*?)' argument '(.*)' is invalid\. (.*)$/s, "选项 '$1' 的值 '$2' 无效。$3"],
  [
    /^command-argument value '(.*)' is invalid for argument '(.*?)'\. Allowed choices are (.*)\.$/s,
    "参数 '$2' 的值 '$1' 无效。可选：$3",
  ],
  [/^command-argument value '(.*)' is invalid for argument '(.*?)'\. (.*)$/s, "参数 '$2' 的值 '$1' 无效。$3"],
  [/^unknown option '(.*?)'(?:\n\(Did you mean (.*?)\?\))?$/s, "没有选项 '$1'"],
  [/^unknown command '(.*?)'(?:\n\(Did you mean (.*?)\?\))?$/s, "没有命令 '$1'"],
  [/^too many arguments.*?\. Expected (\d+) arguments? but got (\d+): .*$/s, '参数过多：应为 $1 个，实为 $2 个'],
];

/** A usage error on one line in the reader's language. */
export function usageText(text: string, language: Language): string {
  const said = text.replace(/^error: /, '').trimEnd();
  const [pattern, zh] = language === 'zh' ? (ZH.find(([known]) => known.test(said)) ?? []) : [];
  const guess = /\n\(Did you mean (.*?)\?\)$/s.exec(said)?.[1];
  if (pattern === undefined || zh === undefined) return said.replace('\n', ' ');
  return said.replace(pattern, zh) + (guess === undefined ? '' : `（是否要用 ${guess}？）`);
}

/** What Commander adds to an option's or an argument's description, in the reader's language. */
export function noteText(description: string, language: Language): string {
  if (language !== 'zh') return description;
  return description.replace('(choices: ', '(可选：').replace(/([(,] ?)default: /, '$1默认：');
}
