/** The statements that the stub answers by itself, as programs that measure send them. */
export const STUB_STATEMENTS = {
  /** One row of five columns. */
  w1: 'SELECT id, name, email, age, created FROM bench.users WHERE id = ?',
  /** A write of five values. */
  w2: 'INSERT INTO bench.users (id, name, email, age, created) VALUES (?, ?, ?, ?, ?)',
  /** Many rows of seven columns, in pages. */
  w3: 'SELECT * FROM bench.events WHERE pk = ?',
  /** One row of three collections. */
  w4: 'SELECT tags, attrs, vals FROM bench.items WHERE id = ?',
} as const;

export type StubWorkload = keyof typeof STUB_STATEMENTS;

/** The one key that is asked for, and the values of the row that belongs to it. */
export const STUB_VALUES = {
  id: '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60',
  name: 'abcdefghijkl',
  email: 'someone@example.test.org',
  age: 42,
  created: 1_700_000_000_000,
} as const;
