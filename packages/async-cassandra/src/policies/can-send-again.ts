import { IsBootstrappingError, UnpreparedError } from '../errors/index.ts';
import type { RetryContext } from './retry-policy.ts';

/**
 * Whether a failed attempt may be followed by another one. Stands above every policy: a statement that is not idempotent is sent
 * again only when the server cannot have applied it, and a CAS or COUNTER write that timed out never is.
 */
export function canSendAgain(context: RetryContext): boolean {
  if (context.event === 'writeTimeout' && (context.writeType === 'CAS' || context.writeType === 'COUNTER'))
    return false;
  if (context.isIdempotent) return true;
  switch (context.event) {
    case 'readTimeout':
    case 'writeTimeout':
      return false;
    case 'unavailable':
      // A conditional statement can be found unavailable after its proposal was accepted.
      return !context.isConditional;
    case 'requestError':
      return (
        !context.wasSent || context.error instanceof IsBootstrappingError || context.error instanceof UnpreparedError
      );
  }
}
