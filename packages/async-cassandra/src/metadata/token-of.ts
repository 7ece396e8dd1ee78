import { murmur3 } from './murmur3.ts';
import { composeRoutingKey } from './routing-key.ts';
import { MIN_TOKEN } from './token.ts';
import { TokenPair, tokenFromWords } from './token-pair.ts';

/**
 * The Murmur3 token of a partition.
 *
 * @param partitionKey - the serialised values of the partition key's columns, in its order
 * @returns the token before all others when there is no such key
 */
export function tokenOf(partitionKey: readonly Uint8Array[]): bigint {
  const key = composeRoutingKey(partitionKey);
  if (key === undefined) return MIN_TOKEN;
  const pair = new TokenPair();
  murmur3(key, 0, key.length, pair);
  return tokenFromWords(pair.hi, pair.lo);
}
