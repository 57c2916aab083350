/** The value below which `percent` of an ascending row lie; 0 for an empty one. */
export function percentile(ascending: ArrayLike<number>, percent: number): number {
  const rank = Math.ceil((percent / 100) * ascending.length) - 1;
  return ascending[Math.max(0, rank)] ?? 0;
}

/** The middle value; of an even number, the mean of the middle two. 0 for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that `share` of the others lie below, between two of them where it falls between; 0 for none. */
export function quantile(values: readonly number[], share: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  const place = (ascending.length - 1) * share;
  const lower = ascending[Math.floor(place)] ?? 0;
  const upper = ascending[Math.ceil(place)] ?? lower;
  return lower + (upper - lower) * (place - Math.floor(place));
}

/** Three significant digits are more than a shared machine can promise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
