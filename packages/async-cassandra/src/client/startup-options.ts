import { CQL_VERSION, StartupOption } from '../protocol/index.ts';
import type { OptionReader } from '../errors/index.ts';
import { VERSION } from './version.ts';

/** What every connection says in STARTUP: who this is, and how it wants to be treated. */
export function startupOptions(reader: OptionReader): ReadonlyMap<string, string> {
  const options = new Map<string, string>([
    [StartupOption.CQL_VERSION, CQL_VERSION],
    [StartupOption.DRIVER_NAME, 'async-cassandra for Node.js'],
    [StartupOption.DRIVER_VERSION, VERSION],
  ]);
  const name = reader.text('applicationName');
  const version = reader.text('applicationVersion');
  if (name !== undefined) options.set('APPLICATION_NAME', name);
  if (version !== undefined) options.set('APPLICATION_VERSION', version);
  if (reader.flag('throwOnOverload', false)) options.set(StartupOption.THROW_ON_OVERLOAD, '1');
  return options;
}
