import type { CqlType } from '../../protocol/index.ts';

/**
 * Bytes of an element of this type inside a vector, or 0 when each is preceded by its length. This follows what Cassandra's
 * classes declare, not what the types are like: date, time, smallint, tinyint and counter are of one size and yet not packed.
 */
export function packedSize(type: CqlType): number {
  switch (type.kind) {
    case 'boolean':
      return 1;
    case 'int':
    case 'float':
      return 4;
    case 'bigint':
    case 'double':
    case 'timestamp':
      return 8;
    case 'uuid':
    case 'timeuuid':
      return 16;
    case 'vector':
      return packedSize(type.element) * type.dimension;
    default:
      return 0;
  }
}
