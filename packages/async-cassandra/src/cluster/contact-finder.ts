import type { Connection, EndPoint, OpenOptions, Seams } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import { AbortError, ConnectionError, TimeoutError } from '../errors/index.ts';
import { formatEndPoint } from '../metadata/index.ts';
import type { ProtocolVersion, ServerEvent } from '../protocol/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterState } from './cluster-state.ts';
import { connectionFailure, type NodeFailure } from './connection-failure.ts';
import { resolveContactPoints, shuffled } from './contact-points.ts';
import { raceCandidates } from './race-candidates.ts';
import { readTopology, type TopologyReading } from './topology-reader.ts';
import { commonVersion } from './version-choice.ts';

export interface ContactOptions {
  readonly state: ClusterState;
  readonly seams: Seams;
  readonly logger: Logger;
  readonly contactPoints: readonly EndPoint[];
  /** Port of nodes that tell none. */
  readonly port: number;
  /** Set by the application; undefined: the highest that all have. */
  readonly protocolVersion: ProtocolVersion | undefined;
  /** Opens a connection within the connect timeout; negotiates the version when it is undefined. */
  readonly connect: (
    endPoint: EndPoint,
    version: ProtocolVersion | undefined,
    options: OpenOptions,
  ) => Promise<Connection>;
  /** Bounds each lookup and each query. */
  readonly timeoutMs: number;
}

/** A connection that has registered for events, and what its node said of the cluster after that. */
export interface Contact {
  readonly connection: Connection;
  readonly reading: TopologyReading;
  /** Events that came in the meantime. */
  readonly events: readonly ServerEvent[];
}

/** A node that was found and did not do. */
export interface PassedOver extends NodeFailure {
  /** Where it was reached. */
  readonly endPoint: EndPoint;
}

interface Candidate {
  readonly endPoint: EndPoint;
  readonly node: ClusterNode | undefined;
}

const EVENT_TYPES: readonly string[] = ['TOPOLOGY_CHANGE', 'STATUS_CHANGE', 'SCHEMA_CHANGE'];
/** A candidate that takes longer than this is joined by the next. */
const STAGGER_MS = 500;
const MAX_PARALLEL = 3;
/** So many known nodes are tried before, and so many after, the contact points are looked up again. */
const NODES_PER_ROUND = 6;

/**
 * Finds a node for the control connection: nodes that are up first, those with live connections before others, then
 * the contact points, looked up anew, then nodes that are down. A round is bounded, however large the cluster is.
 */
export class ContactFinder {
  /** Where the contact points were found when they were last looked up. */
  endPoints: readonly EndPoint[] = [];
  /** The version of all connections of the cluster, once there was a first contact. */
  version: ProtocolVersion | undefined;
  readonly #options: ContactOptions;
  #clusterName: string | undefined;

  constructor(options: ContactOptions) {
    this.#options = options;
  }

  /**
   * One round over the candidates.
   * @param passedOver - nodes that were found before and did not do
   * @throws NoHostAvailableError, or the refusal that all of them gave; AbortError
   */
  async find(signal: AbortSignal, passedOver: readonly PassedOver[] = []): Promise<Contact> {
    const failures: NodeFailure[] = [...passedOver];
    const without = new Set(passedOver.map(({ endPoint }) => addressOf(endPoint)));
    for (;;) {
      const found =
        (await this.#tryNodes(true, failures, without, signal)) ??
        (await this.#tryContactPoints(failures, without, signal)) ??
        (await this.#tryNodes(false, failures, without, signal));
      if (signal.aborted) {
        found?.connection.close();
        throw new AbortError('Connecting was aborted', { cause: signal.reason, outcome: 'notSent' });
      }
      if (found === null) throw connectionFailure(failures);
      const { node, endPoint } = found.connection;
      try {
        const contact = await this.#inCommonVersion(found, signal);
        this.version = contact.connection.protocolVersion;
        this.#clusterName = contact.reading.clusterName;
        return contact;
      } catch (error) {
        failures.push({ node, error });
        without.add(addressOf(endPoint));
      }
    }
  }

  #tryNodes(
    up: boolean,
    failures: NodeFailure[],
    without: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<Contact | null> {
    const nodes = [...this.#options.state.clusterNodes()].filter((node) => node.isUp === up);
    const nearestFirst = shuffled(nodes, this.#options.seams.random).sort((a, b) => rank(a) - rank(b));
    const candidates = nearestFirst.slice(0, NODES_PER_ROUND).map((node) => ({ endPoint: node.target, node }));
    return this.#race(candidates, failures, without, signal);
  }

  async #tryContactPoints(
    failures: NodeFailure[],
    without: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<Contact | null> {
    const { contactPoints, seams, timeoutMs, logger } = this.#options;
    const resolved = await resolveContactPoints(contactPoints, { seams, timeoutMs, signal, logger });
    failures.push(...resolved.failures);
    if (resolved.endPoints.length > 0) this.endPoints = resolved.endPoints;
    const candidates = shuffled(resolved.endPoints, seams.random).map((endPoint) => ({ endPoint, node: undefined }));
    return this.#race(candidates, failures, without, signal);
  }

  async #race(
    all: readonly Candidate[],
    failures: NodeFailure[],
    without: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<Contact | null> {
    const { seams, state, protocolVersion } = this.#options;
    const candidates = all.filter(({ endPoint }) => !without.has(addressOf(endPoint)));
    const outcome = await raceCandidates(candidates, {
      timers: seams.timers,
      staggerMs: STAGGER_MS,
      maxParallel: MAX_PARALLEL,
      signal,
      attempt: ({ endPoint, node }, attemptSignal) =>
        this.#contact(endPoint, node?.info.endPoint, this.version ?? protocolVersion, attemptSignal),
      discard: (contact) => contact.connection.close(),
    });
    if ('winner' in outcome) return outcome.winner;
    for (const { candidate, error } of outcome.failures) {
      const { endPoint, node } = candidate;
      failures.push({ node: node?.info.endPoint ?? addressOf(endPoint), error });
      if (node !== undefined && isUnreachable(error)) state.saidDown(node);
    }
    return null;
  }

  async #contact(
    endPoint: EndPoint,
    name: string | undefined,
    version: ProtocolVersion | undefined,
    signal: AbortSignal,
  ): Promise<Contact> {
    const { connect, port, timeoutMs } = this.#options;
    const events: ServerEvent[] = [];
    const connection = await connect(endPoint, version, {
      signal,
      name,
      eventTypes: EVENT_TYPES,
      onEvent: (event) => events.push(event),
    });
    const abort = (): void => connection.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      if (signal.aborted) throw new AbortError('Connecting was aborted', { cause: signal.reason, outcome: 'notSent' });
      const reading = await readTopology(connection, port, timeoutMs);
      this.#checkCluster(connection, reading);
      return { connection, reading, events };
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #checkCluster(connection: Connection, reading: TopologyReading): void {
    if (this.#clusterName === undefined || this.#clusterName === reading.clusterName) return;
    const { node } = connection;
    const message = `Node ${node} belongs to the cluster "${reading.clusterName}", not to "${this.#clusterName}"; check the option contactPoints`;
    this.#options.logger.warn?.({ node }, message);
    throw new ConnectionError(message, { node });
  }

  /**
   * At first contact: lowers the version to one that all nodes speak, unless the application has set it. Nodes that
   * join later and do not speak it are passed over, with a warning.
   */
  async #inCommonVersion(contact: Contact, signal: AbortSignal): Promise<Contact> {
    const { connection, reading } = contact;
    const agreed = connection.protocolVersion;
    const releases = reading.nodes.map((node) => node.releaseVersion);
    const common = this.version ?? commonVersion(agreed, releases);
    if (common >= agreed) return contact;
    const { logger, protocolVersion } = this.#options;
    if (protocolVersion !== undefined) {
      logger.warn?.(
        { protocolVersion },
        `Some nodes do not speak protocol version ${agreed} and cannot be used; check the option protocolVersion`,
      );
      return contact;
    }
    logger.info?.(
      { protocolVersion: common },
      `Some nodes do not speak protocol version ${agreed}; all connections use version ${common}`,
    );
    connection.close();
    return this.#contact(connection.endPoint, connection.node, common, signal);
  }
}

function addressOf({ host, port }: EndPoint): string {
  return formatEndPoint(host, port);
}

function rank(node: ClusterNode): number {
  const connected = node.connections.length > 0 ? 0 : 1;
  return connected + (node.distance === 'local' ? 0 : 2);
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}
