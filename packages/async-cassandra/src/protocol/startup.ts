import type { ByteWriter } from './byte-writer.ts';

/** Keys of the options that STARTUP takes (section 4.1.1) and SUPPORTED lists (section 4.2.4). */
export const StartupOption = {
  CQL_VERSION: 'CQL_VERSION',
  COMPRESSION: 'COMPRESSION',
  DRIVER_NAME: 'DRIVER_NAME',
  DRIVER_VERSION: 'DRIVER_VERSION',
  APPLICATION_NAME: 'APPLICATION_NAME',
  APPLICATION_VERSION: 'APPLICATION_VERSION',
  THROW_ON_OVERLOAD: 'THROW_ON_OVERLOAD',
} as const;

/** The one version of CQL that servers of protocol 4 and 5 take. */
export const CQL_VERSION = '3.0.0';

/** Writes the body of STARTUP: a [string map] of options. */
export function writeStartup(w: ByteWriter, options: ReadonlyMap<string, string>): void {
  w.writeStringMap(options);
}
