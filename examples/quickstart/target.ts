import type { ClusterOptions } from 'async-cassandra';
import { connectionFromEnvironment, EmbeddedCluster, type Progress } from 'embedded-cassandra';
import { showProgress, type StepProgress } from './progress.ts';

/** The cluster that the job runs on. */
export interface Target extends AsyncDisposable {
  readonly options: ClusterOptions;
}

/** The cluster that the environment names, or a node of its own. */
export async function openTarget(signal: AbortSignal): Promise<Target> {
  const existing = connectionFromEnvironment();
  if (existing !== null) {
    console.log(`Using the cluster at ${existing.contactPoints.join(', ')}`);
    return { options: existing, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  console.log('Starting a Cassandra node of its own');
  const startedAt = performance.now();
  const cluster = await EmbeddedCluster.start({ signal, onProgress: fetchProgress() });
  console.log(
    `Ready after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s at ${cluster.contactPoints.join(', ')}`,
  );
  return {
    options: { contactPoints: cluster.contactPoints, localDataCenter: cluster.localDataCenter },
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

/** Shows how much of Cassandra has been fetched; nothing when it is there already. */
function fetchProgress(): (progress: Progress) => void {
  let shown: StepProgress | null = null;
  return (progress) => {
    if (progress.phase === 'fetch') {
      shown ??= showProgress('Fetching Cassandra (jars)', progress.jarsTotal);
      shown.update(progress.jarsDone);
    } else if (shown !== null) {
      shown.stop();
      shown = null;
    }
  };
}
