/**
 * Stands for "leave this column as it is" where a value is bound: neither a value nor a tombstone is written.
 * Only a whole bound value can be unset, not an element or field inside one.
 */
export const unset: unique symbol = Symbol.for('async-cassandra.unset');
