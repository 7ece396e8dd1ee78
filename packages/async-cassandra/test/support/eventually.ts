/**
 * Waits (in real time) until `check` passes: it neither throws nor returns false. After `timeoutMs` the last failure is thrown.
 */
export async function eventually(check: () => unknown, timeoutMs = 2000, intervalMs = 5): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      if ((await check()) !== false) return;
      failure = new Error(`Not true within ${timeoutMs} ms: ${check.toString()}`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= end) throw failure;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
