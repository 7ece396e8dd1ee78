import { ChannelTracker, type RequestTracker } from '../../diagnostics/index.ts';
import { ConfigurationError } from '../../errors/index.ts';
import type { RequestCore } from '../request-core.ts';
import { TrackerFailures, TrackerGroup } from './tracker-group.ts';

/** Who follows a session's requests. Nobody costs nothing: requests ask for one field. */
export class SessionTrackers {
  readonly #core: RequestCore;
  readonly #failures: TrackerFailures;
  readonly #publisher: ChannelTracker;

  constructor(core: RequestCore) {
    const { logger, seams } = core.parts;
    this.#core = core;
    this.#failures = new TrackerFailures(logger);
    this.#publisher = new ChannelTracker(core.channels, () => seams.timers.now());
    core.onChannels = (): void => this.#publish(core.channels.isOn);
  }

  /** How often trackers have thrown. */
  get failures(): number {
    return this.#failures.count;
  }

  /** @throws ConfigurationError */
  add(tracker: RequestTracker): void {
    checkTracker(tracker);
    const trackers = this.#core.trackers?.trackers ?? [];
    if (!trackers.includes(tracker)) this.#become([...trackers, tracker]);
  }

  /** @returns whether it was there */
  remove(tracker: RequestTracker): boolean {
    const trackers = this.#core.trackers?.trackers ?? [];
    if (!trackers.includes(tracker)) return false;
    this.#become(trackers.filter((each) => each !== tracker));
    return true;
  }

  #publish(isOn: boolean): void {
    this.#core.isPublishing = isOn;
    if (isOn) this.add(this.#publisher);
    else this.remove(this.#publisher);
  }

  #become(trackers: readonly RequestTracker[]): void {
    this.#core.trackers = trackers.length === 0 ? null : new TrackerGroup(trackers, this.#failures);
  }
}

const REQUIRED = ['onStart', 'onEnd'] as const;
const OPTIONAL = ['onAttemptStart', 'onAttemptEnd', 'onRetry', 'onStreamStart', 'onStreamEnd'] as const;

/** @throws ConfigurationError when it is none */
export function checkTracker(tracker: RequestTracker, path = 'tracker'): void {
  const given = tracker as unknown as Readonly<Record<string, unknown>> | null;
  const isObject = typeof given === 'object' && given !== null;
  for (const name of REQUIRED)
    if (!isObject || typeof given[name] !== 'function')
      throw new ConfigurationError(path, 'A tracker must be an object with the methods onStart() and onEnd()');
  for (const name of OPTIONAL)
    if (isObject && given[name] !== undefined && typeof given[name] !== 'function')
      throw new ConfigurationError(path, `The ${name} of a tracker must be a method, or absent`);
}
