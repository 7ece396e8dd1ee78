import type { CqlType } from './cql-type.ts';

const plainIdentifier = /^[a-z][a-z0-9_]*$/;

function formatIdentifier(name: string): string {
  return plainIdentifier.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function frozenIf(frozen: boolean, text: string): string {
  return frozen ? `frozen<${text}>` : text;
}

/** Writes a type as CQL does: `map<text, frozen<list<int>>>`. Meant for messages and for comparing types. */
export function formatCqlType(type: CqlType): string {
  switch (type.kind) {
    case 'list':
    case 'set':
      return frozenIf(type.frozen, `${type.kind}<${formatCqlType(type.element)}>`);
    case 'map':
      return frozenIf(type.frozen, `map<${formatCqlType(type.key)}, ${formatCqlType(type.value)}>`);
    case 'tuple':
      return `tuple<${type.elements.map(formatCqlType).join(', ')}>`;
    case 'udt':
      return frozenIf(type.frozen, `${formatIdentifier(type.keyspace)}.${formatIdentifier(type.name)}`);
    case 'vector':
      return `vector<${formatCqlType(type.element)}, ${type.dimension}>`;
    case 'custom':
      return `'${type.className.replaceAll("'", "''")}'`;
    default:
      return type.kind;
  }
}
