export type { CircuitCounts, CircuitStateName } from './circuit.ts';
export {
  CircuitBreakerSession,
  type CircuitBreakerStats,
  type CircuitListener,
} from './circuit-breaker-session.ts';
export { classifyError, type ErrorVerdict } from './classify-error.ts';
export type { CircuitBreakerOptions } from './options.ts';
