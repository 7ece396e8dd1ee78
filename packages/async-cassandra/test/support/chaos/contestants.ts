import { ConstantSpeculativeExecutionPolicy } from 'async-cassandra';
import * as cassandra from 'cassandra-driver';
import type { Contestant } from './load-client.ts';
import { nativeContestant } from './native-client.ts';
import { referenceContestant } from './reference-client.ts';

/** A second node is asked for what the first has left unanswered for so long. */
export const SPECULATE_AFTER_MS = 30;

/** This driver as it is, and with speculative execution: what is promised is promised of these. */
export const ours: readonly Contestant[] = [
  nativeContestant('async-cassandra'),
  nativeContestant('async-cassandra, speculating', {
    speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy({ delayMs: SPECULATE_AFTER_MS }),
  }),
];

const { ConstantSpeculativeExecutionPolicy: TheirPolicy } = cassandra.policies.speculativeExecution;

/** The driver to compare with, in the same two ways. */
export const theirs: readonly Contestant[] = [
  referenceContestant('cassandra-driver'),
  referenceContestant('cassandra-driver, speculating', {
    speculativeExecution: new TheirPolicy(SPECULATE_AFTER_MS, 1),
  }),
];
