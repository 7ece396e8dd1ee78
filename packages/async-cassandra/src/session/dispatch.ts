import { ConnectionError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import { noNodeLeft } from './no-node-left.ts';
import type { LiveRequest } from './request-contract.ts';
import { requestTimeout, sessionClosed } from './request-failures.ts';
import type { RequestTrail } from './request-trail.ts';

/** What came of offering a request to the nodes of its plan; `full`: some are open, none has room. */
export type Placement = 'sent' | 'full' | 'none';

/** The plan's next node that has not been tried; null at its end. A request for one node has a plan of that node alone. */
export function nextNode(request: LiveRequest, trail: RequestTrail): NodeInfo | null {
  const { node, loadBalancingPolicy } = request.settings;
  trail.plan ??= node === undefined ? loadBalancingPolicy.plan(request) : [node].values();
  for (;;) {
    const next = trail.plan.next();
    if (next.done === true) return null;
    if (!trail.triedSlots.has(next.value.slot)) return next.value;
  }
}

/** Sends to the first node of what is left of the plan that takes the request. */
export function placeOnNext(request: LiveRequest, trail: RequestTrail, remainingMs: number): Placement {
  let isFull = false;
  for (let node = nextNode(request, trail); node !== null; node = nextNode(request, trail)) {
    const pool = request.core.parts.pool(node);
    const connection = pool?.next() ?? null;
    if (pool !== undefined && connection !== null && request.sendOn(pool, connection, remainingMs)) {
      trail.triedSlots.add(node.slot);
      return 'sent';
    }
    if (pool !== undefined && pool.openCount > 0) isFull = true;
    else passOver(trail, node, pool?.lastError ?? undefined);
  }
  return isFull ? 'full' : 'none';
}

function passOver(trail: RequestTrail, node: NodeInfo, cause: Error | undefined): void {
  const { endPoint } = node;
  if (trail.tried.some((tried) => tried.node === endPoint)) return;
  const error = new ConnectionError(`Node ${endPoint} has no open connection; check the node`, {
    node: endPoint,
    cause,
  });
  trail.tried.push({ node: endPoint, error });
}

/** Sends to the next node of the plan that takes the request; has it wait when all are full; fails it when none is left. */
export function sendToNext(request: LiveRequest): void {
  if (request.core.isClosed) {
    request.fail(sessionClosed());
    return;
  }
  const remaining = request.remainingMs();
  if (remaining <= 0) {
    request.fail(requestTimeout(request));
    return;
  }
  const trail = request.trailFrom(0);
  const placement = placeOnNext(request, trail, remaining);
  if (placement === 'sent' || request.isRunning) return;
  if (placement === 'full') request.enqueue();
  else request.fail(noNodeLeft(request, trail));
}
