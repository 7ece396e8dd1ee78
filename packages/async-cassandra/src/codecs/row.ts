/** A row: its columns by name, as own properties. */
export type Row = Record<string, unknown>;
