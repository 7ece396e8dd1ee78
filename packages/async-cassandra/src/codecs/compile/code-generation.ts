/** Makes a function of parameter names and a body, as `new Function` does. */
type FunctionMaker = (...parametersAndBody: string[]) => (...values: unknown[]) => unknown;

/** The one place where text becomes code; `generate` says what may be in the text. */
const makeFunction = Function as unknown as FunctionMaker;

/** Whether this process may make functions of text: `--disallow-code-generation-from-strings` and some runtimes forbid it. */
export function canGenerateCode(): boolean {
  try {
    return makeFunction('return true')() === true;
  } catch {
    return false;
  }
}

/**
 * Makes the function that a source describes.
 * @param scope what the source refers to by name; the names are this package's own
 * @param body a function body that returns the function; nothing from outside this package is in it but string literals
 */
export function generate<T>(scope: Readonly<Record<string, unknown>>, body: string): T {
  return makeFunction(...Object.keys(scope), `'use strict';${body}`)(...Object.values(scope)) as T;
}
