/** Sends things later, each lane in its order. While anything waits the process turns without sleeping: timers of Node know whole milliseconds only. */
export class ReplyDelay {
  private readonly lanes: { readonly delayMs: number; readonly waiting: { dueAt: number; send: () => void }[] }[];
  private isTurning = false;

  constructor(delaysMs: readonly number[]) {
    this.lanes = delaysMs.map((delayMs) => ({ delayMs, waiting: [] }));
  }

  add(lane: number, send: () => void): void {
    const { delayMs, waiting } = this.lanes[lane] ?? { delayMs: 0, waiting: [] };
    if (delayMs === 0) {
      send();
      return;
    }
    waiting.push({ dueAt: performance.now() + delayMs, send });
    this.turn();
  }

  private turn(): void {
    if (this.isTurning) return;
    this.isTurning = true;
    setImmediate(() => {
      this.isTurning = false;
      const now = performance.now();
      for (const { waiting } of this.lanes) {
        const due = waiting.findIndex(({ dueAt }) => dueAt > now);
        for (const { send } of waiting.splice(0, due < 0 ? waiting.length : due)) send();
      }
      if (this.lanes.some(({ waiting }) => waiting.length > 0)) this.turn();
    });
  }
}
