import type { ProtocolVersion } from '../protocol/index.ts';

/** The native protocol version that a release of Cassandra speaks at most, of those this driver knows; undefined: none. */
export function highestVersionOf(releaseVersion: string): ProtocolVersion | undefined {
  const match = /^(\d+)\.(\d+)/.exec(releaseVersion);
  // A release that does not tell its number is asked, not judged.
  if (match === null) return 5;
  const major = Number(match[1]);
  const minor = Number(match[2]);
  if (major >= 4) return 5;
  return major === 3 || (major === 2 && minor >= 2) ? 4 : undefined;
}

/**
 * The version for a cluster whose first node has agreed to `agreed`: lower when other nodes speak less. Nodes older than
 * Cassandra 2.2 do not count; they cannot be used at all.
 */
export function commonVersion(agreed: ProtocolVersion, releaseVersions: Iterable<string>): ProtocolVersion {
  let common = agreed;
  for (const release of releaseVersions) {
    const highest = highestVersionOf(release);
    if (highest !== undefined && highest < common) common = highest;
  }
  return common;
}
