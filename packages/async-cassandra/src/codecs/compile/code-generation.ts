/** Whether this process may make functions of text: `--disallow-code-generation-from-strings` and some runtimes forbid it. */
export function canGenerateCode(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

/**
 * Makes the function that a source describes.
 * @param scope what the source refers to by name; the names are this package's own
 * @param body a function body that returns the function
 */
export function generate<T>(scope: Readonly<Record<string, unknown>>, body: string): T {
  return new Function(...Object.keys(scope), `'use strict';${body}`)(...Object.values(scope)) as T;
}
