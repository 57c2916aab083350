/** The value below which `percent` of an ascending row lie; 0 for an empty one. */
export function percentile(ascending: ArrayLike<number>, percent: number): number {
  const rank = Math.ceil((percent / 100) * ascending.length) - 1;
  return ascending[Math.max(0, rank)] ?? 0;
}

/** The middle value; of an even number, the mean of the middle two. 0 for none. */
export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = Math.floor(ascending.length / 2);
  const upper = ascending[middle] ?? 0;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? upper) + upper) / 2;
}

/** Three significant digits are more than a shared machine can promise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
