export type { GateCounts } from './admission-gate.ts';
export type { RateLimitOptions, RateLimits } from './rate-limit-options.ts';
export { RateLimitedSession, type RateLimitStats } from './rate-limited-session.ts';
