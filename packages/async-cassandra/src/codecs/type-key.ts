import { type CqlType, formatCqlType, parseCqlTypeName } from '../protocol/index.ts';

/**
 * A text that is the same for types whose values have the same bytes: a frozen type is keyed like one that is not, since
 * the metadata of results does not tell them apart.
 */
export function typeKey(type: CqlType): string {
  return formatCqlType(unfrozen(type));
}

function unfrozen(type: CqlType): CqlType {
  switch (type.kind) {
    case 'list':
    case 'set':
      return { kind: type.kind, element: unfrozen(type.element), frozen: false };
    case 'map':
      return { kind: 'map', key: unfrozen(type.key), value: unfrozen(type.value), frozen: false };
    case 'tuple':
      return { kind: 'tuple', elements: type.elements.map(unfrozen) };
    case 'vector':
      return { kind: 'vector', element: unfrozen(type.element), dimension: type.dimension };
    case 'udt':
      return { ...type, frozen: false };
    default:
      return type;
  }
}

/** `keyspace.name` of a user-defined type, either part quoted when it is no plain name. */
const qualifiedName = /^\s*(?:"((?:[^"]|"")+)"|(\w+))\s*\.\s*(?:"((?:[^"]|"")+)"|(\w+))\s*$/;

/**
 * The key of the type that a text names; a user-defined type stands by itself and with its keyspace, as `shop.address`.
 * @throws InvalidValueError when the text is not such a type
 */
export function parseTypeKey(text: string): string {
  const qualified = qualifiedName.exec(text);
  if (qualified === null) return typeKey(parseCqlTypeName(text, () => undefined));
  const [, quotedKeyspace, keyspace, quotedName, name] = qualified;
  return userTypeKey(identifier(quotedKeyspace, keyspace), identifier(quotedName, name));
}

/** The key of a user-defined type by its exact names. */
export function userTypeKey(keyspace: string, name: string): string {
  return typeKey({ kind: 'udt', keyspace, name, fields: [], frozen: false });
}

function identifier(quoted: string | undefined, plain: string | undefined): string {
  return quoted === undefined ? (plain as string).toLowerCase() : quoted.replaceAll('""', '"');
}
