import type { RetryPolicy } from './retry-policy.ts';

/** Never sends anything again: every failure goes to the caller, who decides. */
export class FallthroughRetryPolicy implements RetryPolicy {}
