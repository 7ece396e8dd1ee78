import { randomUUID } from 'node:crypto';
import type { NodePorts } from '../config/cassandra-yaml.ts';
import { NodeFolder } from '../config/node-folder.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import { nodeArguments } from '../java/node-command.ts';
import { LogFile } from '../process/log-file.ts';
import { NodeProcess } from '../process/node-process.ts';
import { checkNewAddress } from './assign-ports.ts';
import { type ClusterContext, endPointOf } from './cluster-context.ts';
import { checkAborted, type Deadline, deadlineAfter, waitUntilReady } from './node-readiness.ts';
import { runNodeTool } from './node-tool.ts';
import { systemReplicas } from './resolve-options.ts';
import { waitUntilWhole } from './ring-check.ts';
import type { NodeState } from './ring-member.ts';

/** What distinguishes one node from the others of its cluster. */
export interface NodeIdentity {
  readonly address: string;
  readonly ports: NodePorts;
  readonly dataCenter: string;
  readonly rack: string;
  readonly tokens: readonly string[];
  readonly bootstrap: boolean;
  readonly seeds: readonly string[];
}

const stopGraceMs = 30_000;
/** How long a node waits for gossip to reach everybody; production waits half a minute. */
const firstDelayMs = 1_000;
const joinDelayMs = 4_000;

/** One node of an embedded cluster: a Java process that can be stopped, killed, frozen and started again. */
export class EmbeddedNode {
  /** Of the native protocol (CQL). */
  readonly port: number;
  readonly dataCenter: string;
  readonly rack: string;
  /** What the node and its JVM write. */
  readonly log: LogFile;
  readonly #context: ClusterContext;
  #identity: NodeIdentity;
  readonly #folder: NodeFolder;
  #process: NodeProcess | null = null;
  #state: NodeState = 'stopped';

  /** @internal */
  constructor(context: ClusterContext, identity: NodeIdentity) {
    this.#context = context;
    this.#identity = identity;
    this.port = identity.ports.native;
    this.dataCenter = identity.dataCenter;
    this.rack = identity.rack;
    this.#folder = new NodeFolder(`${context.folder}/node-${randomUUID().slice(0, 8)}`);
    this.log = new LogFile(this.#folder.logFile);
  }

  /** Where it listens; `restart` can change it. */
  get address(): string {
    return this.#identity.address;
  }

  /** What is known without asking the node: a node that died by itself is `stopped`. */
  get state(): NodeState {
    const hasProcess = this.#state === 'running' || this.#state === 'paused';
    return hasProcess && this.#process?.isRunning !== true ? 'stopped' : this.#state;
  }

  /** Of the Java process; undefined when there is none. */
  get pid(): number | undefined {
    return this.#process?.isRunning === true ? this.#process.pid : undefined;
  }

  /** `address:port` */
  toString(): string {
    return `${this.address}:${String(this.port)}`;
  }

  /** Ends the node in good order: it tells the others and writes its data. Does nothing when it does not run. */
  async stop(): Promise<void> {
    await this.#process?.stop(stopGraceMs);
    this.#ended();
  }

  /** Ends the process at once (SIGKILL), as a crash would. Does nothing when it does not run. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#ended();
  }

  /** Freezes the process (SIGSTOP): its connections stay open and nothing is answered. */
  pause(): void {
    this.#expect('running');
    this.#process?.pause();
    this.#state = 'paused';
  }

  /** Lets a frozen process go on (SIGCONT). */
  resume(): void {
    this.#expect('paused');
    this.#process?.resume();
    this.#state = 'running';
  }

  /**
   * Stops the node if it runs and starts it again with its data and the same ports. Resolves when it answers queries and,
   * unless other nodes are down, every node sees every other one.
   *
   * @param place - another address of this machine (127.x.x.x) to listen on: the node moves there and remains the same one,
   * as one whose container was replaced. Default: where it was
   * @throws EmbeddedCassandraError `NODE_DIED`, `PORT_TAKEN`, `START_TIMEOUT`, `INVALID_OPTION` (address), `WRONG_STATE`
   * (decommissioned)
   */
  async restart(place: { readonly address?: string } = {}): Promise<void> {
    if (this.#state === 'decommissioned') throw this.#wrongState('restarted');
    const { address = this.address } = place;
    if (address !== this.address) await checkNewAddress(address, this.#identity.ports);
    await this.stop();
    this.#identity = { ...this.#identity, address };
    const deadline = deadlineAfter(this.#context.options.startTimeoutMs);
    await this.start(deadline);
    const members = [...this.#context.members];
    if (members.every(({ state }) => state === 'running')) await waitUntilWhole(this.#context, members, deadline);
  }

  /**
   * Runs Cassandra's `nodetool` against this node, for example `nodetool('flush')`, and gives what it prints.
   *
   * @throws EmbeddedCassandraError `COMMAND_FAILED`, `WRONG_STATE` (not running)
   */
  async nodetool(...args: readonly string[]): Promise<string> {
    this.#expect('running');
    return await runNodeTool(this.#context, this.#identity.ports.jmx, this.#folder, args);
  }

  /** @internal Starts the process and waits for its first answer. */
  async start(deadline: Deadline): Promise<void> {
    const { context, identity, folder } = { context: this.#context, identity: this.#identity, folder: this.#folder };
    checkAborted(deadline.signal);
    this.#state = 'starting';
    try {
      await folder.write(await this.#settings(), identity.dataCenter, identity.rack);
      this.#process = await NodeProcess.start(
        context.guard,
        { java: context.java.command, args: this.#arguments(), cwd: folder.path },
        this.log,
      );
      await waitUntilReady(this.#process, endPointOf(context, this.address, this.port), this.log, deadline);
      this.#state = 'running';
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** @internal */
  get storageEndPoint(): string {
    return `${this.address}:${String(this.#identity.ports.storage)}`;
  }

  /** @internal */
  get tokens(): readonly string[] {
    return this.#identity.tokens;
  }

  /** @internal Leaves the ring, its data moved to the others, and ends. */
  async leave(): Promise<void> {
    await this.nodetool('decommission', '--force');
    await this.#process?.stop(stopGraceMs);
    this.#process = null;
    this.#state = 'decommissioned';
  }

  async #settings(): Promise<Parameters<NodeFolder['write']>[0]> {
    const { options } = this.#context;
    const { address, ports, tokens, bootstrap } = this.#identity;
    const seeds = this.#seeds();
    const tls = await this.#context.tls?.filesFor(address, this.#folder.path);
    const { auth, clusterName, yaml: overrides } = options;
    return { clusterName, address, ports, seeds, tokens, bootstrap, auth, tls, overrides };
  }

  /** A member asks those who are members now, wherever they are; until it is one, those who were there before it. */
  #seeds(): readonly string[] {
    const members = [...this.#context.members];
    return members.includes(this) ? members.map((each) => each.storageEndPoint) : this.#identity.seeds;
  }

  #arguments(): string[] {
    const { java, jars, options } = this.#context;
    return nodeArguments({
      javaMajor: java.major,
      jars,
      folder: this.#folder,
      address: this.address,
      ports: this.#identity.ports,
      heapMb: options.heapMb,
      ringDelayMs: this.#identity.bootstrap ? joinDelayMs : firstDelayMs,
      systemReplicas: systemReplicas(options),
      jvmArgs: options.jvmArgs,
    });
  }

  #ended(): void {
    this.#process = null;
    if (this.#state !== 'decommissioned') this.#state = 'stopped';
  }

  #expect(state: NodeState): void {
    if (this.state !== state) throw this.#wrongState(`used like one that is ${state}`);
  }

  #wrongState(use: string): EmbeddedCassandraError {
    return new EmbeddedCassandraError('WRONG_STATE', `Node ${this.toString()} is ${this.state} and cannot be ${use}`);
  }
}
