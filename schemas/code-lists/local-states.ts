/**
 * Names that provincial systems show for a state, and the only national meaning each name may be mapped to.
 * This is what makes a swapped integer detectable: a manifest maps `{value: 1, name: "绿码"}`, never a bare number.
 * Grey has no single national meaning: it means different things by place and date.
 */
export const LOCAL_STATES = {
  绿码: 'green',
  黄码: 'yellow',
  红码: 'red',
  未见异常: 'green',
  居家观察: 'yellow',
  集中观察: 'red',
  橙码: 'indeterminate',
  灰码: 'indeterminate',
  黑码: 'indeterminate',
  黑白码: 'indeterminate',
  无法确认: 'indeterminate',
  尚未掌握: 'indeterminate',
  证书符合规则: 'green',
  证书不予采信: 'indeterminate',
  证书无法判定: 'indeterminate',
} as const;
