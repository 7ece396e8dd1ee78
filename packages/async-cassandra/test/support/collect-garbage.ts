import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
setFlagsFromString('--no-expose-gc');

/** Collects all garbage, on Node. */
export function collectGarbage(): void {
  collect();
}

/** Collects until nothing is left that `check` waits for; finalizers run on turns of their own. */
export async function collectUntil(check: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !check(); round++) {
    // What a weak reference was asked for stays until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
