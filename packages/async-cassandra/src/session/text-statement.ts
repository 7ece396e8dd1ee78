import { type ByteWriter, Opcode, type ProtocolVersion, type ValueWriter, writeQuery } from '../protocol/index.ts';
import { fillParameters, keyspaceOnWire } from './fill-parameters.ts';
import type { ResultMetadata } from './result-metadata.ts';
import type { TextFacts } from './text-facts.ts';
import type { Executable, LiveAttempt, LiveRequest } from './request-contract.ts';

/** A statement sent as text, with values only when they are not to be prepared. */
export class TextStatement implements Executable {
  readonly opcode: number = Opcode.QUERY;
  readonly reliesOnKeyspace: boolean = true;
  readonly isIdempotent: boolean | undefined = undefined;
  readonly #facts: TextFacts;
  readonly #values: ValueWriter | null;
  readonly #names: readonly string[] | undefined;

  constructor(facts: TextFacts, values: ValueWriter | null, names: readonly string[] | undefined) {
    this.#facts = facts;
    this.#values = values;
    this.#names = names;
  }

  get cql(): string {
    return this.#facts.cql;
  }

  get info(): TextFacts['info'] {
    return this.#facts.info;
  }

  get lastMetadata(): ResultMetadata | undefined {
    return this.#facts.lastMetadata;
  }

  learn(metadata: ResultMetadata): void {
    if (!this.#facts.info.isConditional) this.#facts.lastMetadata = metadata;
  }

  encode(writer: ByteWriter, version: ProtocolVersion, attempt: LiveAttempt): void {
    const { request } = attempt;
    const parameters = fillParameters(attempt, undefined, keyspaceOnWire(request), this.#names);
    writeQuery(writer, version, this.#facts.cql, parameters, this.#values, request.values);
  }

  writeRoutingKey(): boolean {
    return false;
  }

  routingKeyspace(request: LiveRequest): string | undefined {
    return this.#facts.info.keyspace ?? request.sessionKeyspace;
  }

  preparation(): undefined {
    return undefined;
  }
}
