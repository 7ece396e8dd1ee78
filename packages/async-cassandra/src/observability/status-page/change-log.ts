import type { NodeStatus } from './node-status.ts';
import type { StatusChange, StatusNodeCondition } from './snapshot.ts';

/** How many changes are remembered. */
const KEPT = 20;

/** Notices what becomes of nodes, by comparing what they were with what they are. */
export class ChangeLog {
  readonly #known = new Map<string, { readonly endPoint: string; readonly condition: StatusNodeCondition }>();
  #changes: StatusChange[] = [];
  #isFirst = true;

  /** The newest first. */
  get changes(): readonly StatusChange[] {
    return this.#changes;
  }

  /** @param at - an ISO time */
  compare(nodes: readonly NodeStatus[], at: string): void {
    const missing = new Set(this.#known.keys());
    for (const { hostId, endPoint, condition } of nodes) {
      missing.delete(hostId);
      const before = this.#known.get(hostId);
      // What was there when the first look was taken is no change.
      if (!this.#isFirst && before?.condition !== condition) this.#add({ at, endPoint, to: condition });
      this.#known.set(hostId, { endPoint, condition });
    }
    for (const hostId of missing) {
      const gone = this.#known.get(hostId);
      this.#known.delete(hostId);
      if (gone !== undefined) this.#add({ at, endPoint: gone.endPoint, to: 'gone' });
    }
    this.#isFirst = false;
  }

  #add(change: StatusChange): void {
    this.#changes = [change, ...this.#changes].slice(0, KEPT);
  }
}
