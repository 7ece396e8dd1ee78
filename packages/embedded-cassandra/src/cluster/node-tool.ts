import { once } from 'node:events';
import { delimiter } from 'node:path';
import { text } from 'node:stream/consumers';
import type { NodeFolder } from '../config/node-folder.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import { moduleOptions } from '../java/java-options.ts';
import type { ClusterContext } from './cluster-context.ts';

const quickStart = ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx64m', '-XX:-UsePerfData'];

/** Runs Cassandra's own management tool, which is in its jars, against one node. */
export async function runNodeTool(
  context: ClusterContext,
  jmxPort: number,
  folder: NodeFolder,
  args: readonly string[],
): Promise<string> {
  const java = [
    ...quickStart,
    ...moduleOptions(context.java.major),
    `-Duser.home=${folder.path}`, // where it keeps a history
    `-Dcassandra.storagedir=${folder.path}`,
    `-Dlogback.configurationFile=${folder.toolLogbackFile}`,
    '-cp',
    context.jars.join(delimiter),
    'org.apache.cassandra.tools.NodeTool',
    '-h',
    '127.0.0.1',
    '-p',
    String(jmxPort),
    ...args,
  ];
  const tool = await context.guard.spawn(context.java.command, java, {
    cwd: folder.path,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const closed = once(tool, 'close') as Promise<[number | null]>;
  const [output, errors] = await Promise.all([read(tool.stdout), read(tool.stderr)]);
  const [code] = await closed;
  if (code === 0) return output;
  const logTail = `${output}\n${errors}`
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-10);
  throw new EmbeddedCassandraError('COMMAND_FAILED', `nodetool ${args.join(' ')} failed (exit code ${String(code)})`, {
    logTail,
  });
}

async function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? '' : await text(stream);
}
