/** What node is told where `huren` or the image starts it. Peers have node's own defaults. */
export const AS_IT_SHIPS: readonly string[] = ['--max-semi-space-size=64'];
