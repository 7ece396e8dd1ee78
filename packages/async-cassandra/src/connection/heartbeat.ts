import { Opcode } from '../protocol/index.ts';
import type { RequestHandler } from './request-handler.ts';

/** An OPTIONS request, which any node answers at once whatever its state (native protocol v5, section 4.1.3). */
export function heartbeatRequest(done: (answered: boolean) => void): RequestHandler {
  return {
    opcode: Opcode.OPTIONS,
    envelopeFlags: 0,
    encode: () => undefined,
    onResponse: () => done(true),
    onConnectionLost: () => undefined,
    onAttemptTimeout: () => done(false),
  };
}
