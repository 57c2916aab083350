/** How large a trust bundle may be, as a file or signed: whatever one place hands out, every other one has to take. */
export const MAX_TRUST_BUNDLE_BYTES = 8 * 1024 * 1024;
