/** RFC 3339 in UTC to the second, from seconds since 1970. */
export function instantOf(timeS: number): string {
  // Every text of this form ends with a point, milliseconds and Z.
  return `${new Date(timeS * 1000).toISOString().slice(0, -5)}Z`;
}
