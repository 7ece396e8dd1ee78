import { setMaxListeners } from 'node:events';

/** A controller whose signal any number of waits may listen to; each takes its listener away when it ends. */
export function createSharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
