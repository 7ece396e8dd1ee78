import { type CqlType, unset } from 'async-cassandra';
import { quoted } from './random-table.ts';

/** A value as a literal of CQL. */
export function cqlLiteral(type: CqlType, value: unknown): string {
  if (value === null || value === unset) return 'null';
  const all = (elements: Iterable<unknown>, element: CqlType): string =>
    Array.from(elements, (each) => cqlLiteral(element, each)).join(', ');
  switch (type.kind) {
    case 'list':
    case 'vector':
      return `[${all(value as Iterable<unknown>, type.element)}]`;
    case 'set':
      return `{${all(value as Set<unknown>, type.element)}}`;
    case 'map':
      return `{${Array.from(value as Map<unknown, unknown>, ([k, v]) => `${cqlLiteral(type.key, k)}: ${cqlLiteral(type.value, v)}`).join(', ')}}`;
    case 'tuple':
      return `(${type.elements.map((element, i) => cqlLiteral(element, (value as unknown[])[i])).join(', ')})`;
    case 'udt': {
      const fields = value as Record<string, unknown>;
      return `{${type.fields.map((field) => `${quoted(field.name)}: ${cqlLiteral(field.type, fields[field.name])}`).join(', ')}}`;
    }
    case 'blob':
      return `0x${(value as Buffer).toString('hex')}`;
    case 'timestamp':
      return String((value as Date).getTime());
    case 'duration':
      return String(value);
    case 'float':
    case 'double':
      return Object.is(value, -0) ? '-0.0' : String(value);
    case 'ascii':
    case 'text':
    case 'date':
    case 'inet':
    case 'time':
      return `'${String(value).replaceAll("'", "''")}'`;
    default:
      return String(value);
  }
}
