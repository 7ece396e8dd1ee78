/** The statements that are measured: those that the stub knows, and tables of a real Cassandra with the same columns. */
export const STATEMENTS = {
  w1: 'SELECT id, name, email, age, created FROM bench.users WHERE id = ?',
  w2: 'INSERT INTO bench.users (id, name, email, age, created) VALUES (?, ?, ?, ?, ?)',
  w3: 'SELECT * FROM bench.events WHERE pk = ?',
  w4: 'SELECT tags, attrs, vals FROM bench.items WHERE id = ?',
} as const;

export type Workload = keyof typeof STATEMENTS;

export const WORKLOADS = Object.keys(STATEMENTS) as readonly Workload[];

/** What one operation is, for people. */
export const WORKLOAD_TITLES: Readonly<Record<Workload, string>> = {
  w1: 'read of one row of five columns',
  w2: 'write of five values',
  w3: '100,000 rows of seven columns in pages of 5,000',
  w4: 'read of one row of three collections',
};

export const ROWS_OF_W3 = 100_000;
export const FETCH_SIZE = 5_000;
export const KEY = '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60';
export const USER = {
  name: 'abcdefghijkl',
  email: 'someone@example.test.org',
  age: 42,
  created: new Date(1_700_000_000_000),
} as const;
