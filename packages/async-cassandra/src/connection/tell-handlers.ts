import type { ConnectionError } from '../errors/index.ts';
import type { InFlightTable } from './in-flight-table.ts';
import type { RequestHandler } from './request-handler.ts';
import type { Timers } from './seams.ts';

/** What a handler throws must not keep others from being told: it surfaces as an uncaught error of its own. */
function tell(timers: Timers, call: () => void): void {
  try {
    call();
  } catch (error) {
    timers.nextTick(() => {
      throw error;
    });
  }
}

/**
 * Ends requests whose deadlines have passed; their ids stay taken until the replies come.
 * @param onOrphaned - called before each handler, which may act upon what it changes
 */
export function tellExpired(table: InFlightTable, now: number, timers: Timers, onOrphaned: () => void): void {
  for (let id = table.nextDue(0, now); id >= 0; id = table.nextDue(id + 1, now)) {
    const handler = table.handlers[id] as RequestHandler;
    table.orphan(id);
    onOrphaned();
    tell(timers, () => {
      handler.onAttemptTimeout();
    });
  }
}

/** Empties the table: whoever waits hears that the connection is gone. */
export function tellLost(table: InFlightTable, failure: ConnectionError, timers: Timers): void {
  table.drain((handler, wasWritten) => {
    tell(timers, () => {
      handler.onConnectionLost(failure, wasWritten);
    });
  });
}
