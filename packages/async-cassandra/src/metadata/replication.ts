/** How many copies are kept, for example `3`, or `3/1`: three, of which one is transient and holds unrepaired data only. */
export interface ReplicationFactor {
  /** Full and transient replicas together. */
  readonly all: number;
  readonly transient: number;
}

/** Where a keyspace keeps its copies. */
export type Replication =
  | { readonly strategy: 'simple'; readonly factor: ReplicationFactor }
  | { readonly strategy: 'networkTopology'; readonly factors: ReadonlyMap<string, ReplicationFactor> }
  | { readonly strategy: 'everywhere' }
  | { readonly strategy: 'local' }
  | { readonly strategy: 'unknown'; readonly className: string };

const LOCAL: Replication = Object.freeze({ strategy: 'local' });
const EVERYWHERE: Replication = Object.freeze({ strategy: 'everywhere' });

/** Reads `3` or `3/1`; undefined when the text is neither. */
export function parseReplicationFactor(text: string): ReplicationFactor | undefined {
  const match = /^([0-9]{1,9})(?:\/([0-9]{1,9}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const all = Number(match[1]);
  const transient = Number(match[2] ?? 0);
  return transient > all ? undefined : { all, transient };
}

/** Reads the `replication` column of `system_schema.keyspaces`. A strategy that cannot be understood becomes `unknown`: no replicas. */
export function parseReplication(options: ReadonlyMap<string, string>): Replication {
  const className = options.get('class') ?? '';
  switch (className.slice(className.lastIndexOf('.') + 1)) {
    case 'SimpleStrategy': {
      const factor = parseReplicationFactor(options.get('replication_factor') ?? '');
      return factor === undefined ? { strategy: 'unknown', className } : { strategy: 'simple', factor };
    }
    case 'NetworkTopologyStrategy':
      return { strategy: 'networkTopology', factors: parseFactors(options) };
    case 'EverywhereStrategy':
      return EVERYWHERE;
    case 'LocalStrategy':
      return LOCAL;
    default:
      return { strategy: 'unknown', className };
  }
}

function parseFactors(options: ReadonlyMap<string, string>): Map<string, ReplicationFactor> {
  const factors = new Map<string, ReplicationFactor>();
  for (const [dataCenter, text] of options) {
    const factor = dataCenter === 'class' ? undefined : parseReplicationFactor(text);
    if (factor !== undefined) factors.set(dataCenter, factor);
  }
  return factors;
}

/** A text that is equal for replications that place their copies alike, so that keyspaces share what was computed for one of them. */
export function replicationKey(replication: Replication): string {
  switch (replication.strategy) {
    case 'simple':
      return `simple ${replication.factor.all}/${replication.factor.transient}`;
    case 'networkTopology':
      return `networkTopology ${JSON.stringify([...replication.factors].map(([name, f]) => [name, f.all, f.transient]).sort())}`;
    default:
      return replication.strategy;
  }
}
