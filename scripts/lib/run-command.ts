import { spawnSync } from 'node:child_process';

/** Runs a program with this process's streams; tells whether it succeeded. Prints the command first, or `title` for it. */
export function runCommand(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  title?: string,
): boolean {
  const shown = title ?? [program === process.execPath ? 'node' : program, ...args].join(' ');
  process.stdout.write(`> ${shown}\n`);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env });
  if (error !== undefined) throw error;
  return status === 0;
}
