/**
 * Compares the public declarations of the packages with the committed reports `packages/<name>/etc/*.api.md`, one for each
 * entry point; with `--local` it writes the reports. Fails on a difference, on something that is used in a public
 * declaration but exported neither there nor by the main entry point, and on an `any`.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { findAny } from './lib/find-any.ts';
import { publishedPackages } from './lib/workspace.ts';

const { values } = parseArgs({ options: { local: { type: 'boolean', default: false } } });
const root = process.cwd();

for (const { folder, json } of publishedPackages(root)) {
  const main = json.exports['.'];
  const ofMain = typeof main === 'object' ? exportedNames(join(root, folder, main.types)) : new Set<string>();
  for (const [path, target] of Object.entries(json.exports)) {
    if (typeof target === 'string') continue;
    const name = path === '.' ? json.name : `${json.name}-${path.slice(2).replaceAll('/', '-')}`;
    const known = path === '.' ? new Set<string>() : ofMain;
    if (!checkEntry(join(root, folder), join(root, folder, target.types), `${name}.api.md`, known))
      process.exitCode = 1;
  }
}

/** What a file of declarations hands on by `export { … } from`. */
function exportedNames(file: string): Set<string> {
  if (!existsSync(file)) return new Set();
  const lists = [...readFileSync(file, 'utf8').matchAll(/export (?:type )?\{([^}]*)\}/g)];
  const names = lists.flatMap(([, list = '']) => list.split(','));
  return new Set(
    names.map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    ),
  );
}

/** @param known - names that users can import from the main entry point */
function checkEntry(projectFolder: string, entry: string, reportFileName: string, known: ReadonlySet<string>): boolean {
  if (!existsSync(entry)) {
    process.stderr.write(`${entry} is missing: run npm run build first\n`);
    return false;
  }
  mkdirSync(join(projectFolder, 'etc'), { recursive: true });
  const scratch = join(root, 'node_modules', '.cache', 'api-report');
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder,
      mainEntryPointFilePath: entry,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            lib: ['es2023', 'esnext.disposable'],
            module: 'nodenext',
            moduleResolution: 'nodenext',
            strict: true,
            types: ['node'],
            skipLibCheck: true,
          },
          include: [entry],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName,
        reportFolder: join(projectFolder, 'etc'),
        reportTempFolder: scratch,
        includeForgottenExports: known.size === 0,
      },
      docModel: { enabled: false, apiJsonFilePath: join(scratch, 'api.json') },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          // Everything exported is public; stages of release are not told apart.
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
          'ae-undocumented': { logLevel: ExtractorLogLevel.None },
          'ae-unresolved-link': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, 'package.json'),
  });
  const result = Extractor.invoke(config, {
    localBuild: values.local,
    showVerboseMessages: false,
    messageCallback: (message) => {
      const [, symbol = ''] = /^The symbol "(\w+)"/.exec(message.text) ?? [];
      if (message.messageId === 'ae-forgotten-export' && known.has(symbol)) message.logLevel = ExtractorLogLevel.None;
    },
  });
  const committed = join(projectFolder, 'etc', reportFileName);
  const places = existsSync(committed) ? findAny(readFileSync(committed, 'utf8')) : [];
  for (const place of places) process.stderr.write(`any in a public declaration: ${place}\n`);
  if (result.apiReportChanged && !values.local) {
    process.stderr.write(
      `${reportFileName} is out of date: run npm run build && npm run api, and commit what changed\n`,
    );
  }
  const passed = (values.local || !result.apiReportChanged) && result.errorCount === 0 && places.length === 0;
  process.stdout.write(`${passed ? 'ok  ' : 'FAIL'} ${reportFileName}\n`);
  return passed;
}
