import type { ClientSpec } from '../spec.ts';
import type { Workload } from '../workloads.ts';

/** A connected client. */
export interface Client {
  /** The operation to be repeated; every column of every row is read. */
  operation(workload: Workload): Promise<() => Promise<unknown>>;
  close(): Promise<void>;
}

/** What is compared: imports its driver, which takes time too, then connects. */
export type Contestant = (spec: ClientSpec) => Promise<(spec: ClientSpec) => Promise<Client>>;

let seen = 0;

/** Uses a value, so that reading the column cannot be optimised away. */
export function touch(value: unknown): void {
  if (value !== null && value !== undefined) seen++;
}

export function touched(): number {
  return seen;
}
