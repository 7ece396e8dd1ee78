import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'headless_shell'];

/** Where a Chromium is: `CHROME_PATH`, or by one of its names on the `PATH`. */
export function findChromium(): string | undefined {
  const chosen = process.env['CHROME_PATH'];
  return chosen === undefined || chosen === '' ? BROWSERS.map(findProgram).find(isFound) : findProgram(chosen);
}

/** Why tests in a browser are skipped; false when they are not. */
export function skipWithoutChromium(): string | false {
  return findChromium() === undefined
    ? 'No Chromium on the PATH; install Debian\'s package "chromium", or set CHROME_PATH'
    : false;
}

/** The path of a program on the `PATH`. */
export function findProgram(name: string): string | undefined {
  const candidates = isAbsolute(name)
    ? [name]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isFound(path: string | undefined): path is string {
  return path !== undefined;
}
