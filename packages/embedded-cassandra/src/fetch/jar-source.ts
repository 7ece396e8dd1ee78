import type { Jar } from '../catalogue/release.ts';

/** What a source is asked to do. */
export interface JarRequest {
  /** What is missing. */
  readonly jars: readonly Jar[];
  /** Where each verified jar goes, under its file name; nothing unverified may bear such a name. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  /** Called once for each jar that is in place. */
  readonly onJar: (jar: Jar) => void;
}

/** A place that jars come from. */
export interface JarSource {
  /** For messages, without credentials: `the repository https://...`. */
  readonly description: string;
  fetch(request: JarRequest): Promise<void>;
}
