import type { Connection } from '../connection/index.ts';
import { ConnectionError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import { ByteWriter, Opcode } from '../protocol/index.ts';
import { noNodeLeft } from './no-node-left.ts';
import type { LiveRequest } from './request-contract.ts';
import { keyspaceChanged, requestTimeout, sessionClosed } from './request-failures.ts';
import type { RequestTrail } from './request-trail.ts';

/** What came of offering a request to the nodes of its plan; `full`: some are open, none has room. */
export type Placement = 'sent' | 'full' | 'none';

const SCRATCH_BYTES = 256;
const NO_REPLICAS: readonly NodeInfo[] = Object.freeze([]);

/** Replicas of the statement's routing key; empty when it has none, or they are not known. */
export function findReplicas(request: LiveRequest): readonly NodeInfo[] {
  const { core, statement } = request;
  const keyspace = statement.routingKeyspace(request);
  if (keyspace === undefined) return NO_REPLICAS;
  // Taken while it is in use: a codec of the application's may make requests, which need one, too.
  const scratch = core.scratch ?? new ByteWriter(SCRATCH_BYTES);
  core.scratch = null;
  scratch.pos = 0;
  const isKnown = statement.writeRoutingKey(scratch, request);
  core.scratch = scratch;
  return isKnown ? core.parts.replicas(keyspace, scratch.buf, 0, scratch.pos) : NO_REPLICAS;
}

/** The same in any order: where all nodes hold everything they are known without the key. */
export function findReplicaSet(request: LiveRequest): readonly NodeInfo[] {
  const keyspace = request.statement.routingKeyspace(request);
  const all = keyspace === undefined ? undefined : request.core.parts.replicasOfAll(keyspace);
  return all ?? request.replicas();
}

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

/** The short way: sends to the node that the policy thinks best, without a plan. */
export function sendToFirst(request: LiveRequest, remainingMs: number): boolean {
  const { loadBalancingPolicy, node: target } = request.settings;
  const node = target ?? (loadBalancingPolicy.first === undefined ? null : loadBalancingPolicy.first(request));
  const pool = node === null ? undefined : request.core.parts.pool(node);
  const connection = pool === undefined ? null : pool.next();
  return pool !== undefined && connection !== null && request.sendOn(pool, connection, remainingMs);
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
  else if (request.attemptCount === 0) request.failSoon(noNodeLeft(request, trail));
  else request.fail(noNodeLeft(request, trail));
}

/** Sends a request that has waited. @returns false when all nodes are still full */
export function placeAgain(request: LiveRequest, remainingMs: number): boolean {
  const trail = request.trailFrom(0);
  if (trail.triedSlots.size === 0 && sendToFirst(request, remainingMs)) return true;
  trail.plan = null;
  const placement = placeOnNext(request, trail, remainingMs);
  if (placement === 'none' && !request.isRunning) request.fail(noNodeLeft(request, trail));
  return placement !== 'full';
}

/** v4: the connection is in another keyspace. A request made just now, while the session changes it, may be of either. */
export function meetKeyspace(request: LiveRequest, connection: Connection): void {
  if (request.trail !== null || request.statement.opcode === Opcode.PREPARE) throw keyspaceChanged();
  request.sessionKeyspace = connection.keyspace;
}
