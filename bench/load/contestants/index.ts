import type { ContestantName } from '../spec.ts';
import type { Contestant } from './contestant.ts';
import { native } from './native.ts';
import { raw } from './raw.ts';
import { reference } from './reference.ts';

export { type Client, touched } from './contestant.ts';

export const CONTESTANTS: Readonly<Record<ContestantName, Contestant>> = {
  raw,
  'async-cassandra': native,
  'cassandra-driver': reference,
};
