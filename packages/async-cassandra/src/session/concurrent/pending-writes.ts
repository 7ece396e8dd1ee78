import type { RoutingKeyEncoder } from '../../codecs/index.ts';
import type { NodeInfo } from '../../metadata/index.ts';
import { ByteWriter, type ColumnSpec } from '../../protocol/index.ts';
import { bindValues, type Params } from '../bind.ts';
import type { PreparedStatement } from '../prepared-statement.ts';
import type { PendingWrite } from './batch-group.ts';
import type { ConcurrentTarget } from './concurrent-target.ts';
import { rowIdentity } from './row-identity.ts';

/** What a server adds to the bytes of the values: timestamps and deletion times of the row, and of each of its cells. */
const ROW_BYTES = 64;
const CELL_BYTES = 20;

/** Reads of parameters what has to be known to put them into a batch. */
export class PendingWrites {
  readonly #target: ConcurrentTarget;
  readonly #statement: PreparedStatement;
  readonly #writer = new ByteWriter(256);
  readonly #replicaNames = new WeakMap<readonly NodeInfo[], string>();
  #variables: readonly ColumnSpec[] | null = null;
  #identity: RoutingKeyEncoder | undefined;

  readonly #onChange: () => void;

  /** @param onChange - rows are told apart in another way from here on, so that earlier ones cannot be compared */
  constructor(target: ConcurrentTarget, statement: PreparedStatement, onChange: () => void) {
    this.#target = target;
    this.#statement = statement;
    this.#onChange = onChange;
  }

  /**
   * @returns the write, and a name for the nodes that hold its partition; without a name when a part of the partition key
   * is absent, of which the server says what is wrong
   * @throws InvalidValueError
   */
  read(index: number, params: Params): PendingWrite & { readonly replicas: string | undefined } {
    const { plan } = this.#statement;
    if (plan.variables !== this.#variables) this.#learn();
    const values = bindValues(plan.variables, params);
    const writer = this.#writer;
    writer.pos = 0;
    plan.encoder.write(writer, values);
    const bytes = writer.pos + ROW_BYTES + CELL_BYTES * values.length;
    writer.pos = 0;
    if (!plan.writeRoutingKey(writer, values))
      return { index, values, bytes, partition: '', row: '', replicas: undefined };
    const partition = writer.buf.toString('latin1', 0, writer.pos);
    const replicas = this.#replicas(writer.pos, partition);
    writer.pos = 0;
    const isRowKnown = this.#identity?.write(writer, values) === true;
    const row = isRowKnown ? writer.buf.toString('latin1', 0, writer.pos) : partition;
    return { index, values, bytes, partition, row, replicas };
  }

  /** The statement was prepared again, or is read for the first time. */
  #learn(): void {
    const { plan } = this.#statement;
    const [variable] = plan.variables;
    const table = variable === undefined ? undefined : this.#target.table(variable.keyspace, variable.table);
    if (this.#variables !== null) this.#onChange();
    this.#variables = plan.variables;
    this.#identity = rowIdentity(plan, table, this.#target.core.registry);
  }

  #replicas(keyBytes: number, partition: string): string {
    const { parts } = this.#target.core;
    const keyspace = this.#statement.routingKeyspace();
    const replicas = keyspace === undefined ? [] : parts.replicas(keyspace, this.#writer.buf, 0, keyBytes);
    // Of nodes that are not known nothing is known but that one partition has the same ones.
    if (replicas.length === 0) return parts.view.nodes.length === 1 ? '' : partition;
    let name = this.#replicaNames.get(replicas);
    if (name === undefined) {
      name = replicas
        .map((node) => node.hostId)
        .sort()
        .join();
      this.#replicaNames.set(replicas, name);
    }
    return name;
  }
}
