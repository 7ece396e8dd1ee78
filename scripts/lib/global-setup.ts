import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What `<package>/test/<suite>/global-setup.ts` exports: `setup` runs once before the suite's files, and what it puts
 * into `env` reaches each of them; `teardown` runs after the last one, also when the run is interrupted.
 */
export interface GlobalSetupModule {
  setup(): Promise<GlobalSetup>;
}

export interface GlobalSetup {
  readonly env?: Readonly<Record<string, string>>;
  teardown(): Promise<void>;
}

/** Runs the set-ups of the folders that hold `files`; the function that it resolves with undoes them, last one first. */
export async function runGlobalSetups(
  root: string,
  suite: string,
  files: readonly string[],
): Promise<() => Promise<void>> {
  const folders = new Set(files.map((file) => file.slice(0, file.indexOf(`test/${suite}/`) + `test/${suite}`.length)));
  const done: GlobalSetup[] = [];
  const undo = async (): Promise<void> => {
    for (let setup = done.pop(); setup !== undefined; setup = done.pop()) await setup.teardown();
  };
  try {
    for (const folder of folders) {
      const path = join(root, folder, 'global-setup.ts');
      if (!existsSync(path)) continue;
      const module = (await import(pathToFileURL(path).href)) as GlobalSetupModule;
      const setup = await module.setup();
      done.push(setup);
      Object.assign(process.env, setup.env);
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}
