import { ProtocolError } from '../errors/index.ts';

/** A consistency level: how many replicas must answer, and where. */
export type Consistency =
  | 'ANY'
  | 'ONE'
  | 'TWO'
  | 'THREE'
  | 'QUORUM'
  | 'ALL'
  | 'LOCAL_QUORUM'
  | 'EACH_QUORUM'
  | 'SERIAL'
  | 'LOCAL_SERIAL'
  | 'LOCAL_ONE';

/** Consistency levels by code (native protocol specification, section 3, [consistency]). */
const consistencies: readonly Consistency[] = [
  'ANY',
  'ONE',
  'TWO',
  'THREE',
  'QUORUM',
  'ALL',
  'LOCAL_QUORUM',
  'EACH_QUORUM',
  'SERIAL',
  'LOCAL_SERIAL',
  'LOCAL_ONE',
];

const codes = new Map<string, number>(consistencies.map((name, code) => [name, code]));

/** Whether a value is the name of a consistency level. */
export function isConsistency(value: unknown): value is Consistency {
  return typeof value === 'string' && codes.has(value);
}

/** Code of a consistency level on the wire. */
export function consistencyCode(consistency: Consistency): number {
  return codes.get(consistency) as number;
}

/**
 * Name of the consistency level that the server sent.
 * @throws ProtocolError when there is no such level
 */
export function consistencyName(code: number): Consistency {
  const name = consistencies[code];
  if (name === undefined)
    throw new ProtocolError(
      `The server sent consistency level ${code}, which does not exist, check that it is a Cassandra node`,
    );
  return name;
}
