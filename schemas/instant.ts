/** RFC 3339 in UTC to the second, from seconds since 1970. */
export function instantOf(timeS: number): string {
  return new Date(timeS * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
