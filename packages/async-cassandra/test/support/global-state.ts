/** Classes and namespaces whose members a test may replace. */
const BUILT_IN = {
  AbortSignal,
  Array,
  Buffer,
  Date,
  Error,
  EventTarget,
  JSON,
  Map,
  Math,
  Number,
  Object,
  Promise,
  Set,
  String,
  globalThis,
  performance: Object.getPrototypeOf(performance) as object,
};
/** In the place of what the runtime defines on first use: reading it would define it. */
const LAZY = Symbol('lazy');

/**
 * What test files that share a process could change for each other: the environment, the working directory, globals and
 * what belongs to them. Remembers it when it is made; `findChanges()` has a line for each difference since.
 */
export class GlobalState {
  readonly #before = readGlobals();

  findChanges(): string[] {
    const after = readGlobals();
    return [...new Set([...this.#before.keys(), ...after.keys()])]
      .filter((name) => isChanged(this.#before.get(name), after.get(name)))
      .map((name) => `${name} is not what it was: restore it, or give the file a process of its own`);
  }
}

function isChanged(before: unknown, after: unknown): boolean {
  // The runtime replaces what is lazy by its value.
  if (before === LAZY && after !== undefined) return false;
  return !Object.is(before, after);
}

function readGlobals(): Map<string, unknown> {
  const globals = new Map<string, unknown>([['process.cwd()', process.cwd()]]);
  for (const [name, value] of Object.entries(process.env)) globals.set(`process.env.${name}`, value);
  for (const [name, owner] of Object.entries(BUILT_IN)) {
    addMembers(globals, name, owner);
    if ('prototype' in owner) addMembers(globals, `${name}.prototype`, owner.prototype);
  }
  return globals;
}

function addMembers(globals: Map<string, unknown>, prefix: string, owner: object): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
    globals.set(`${prefix}.${name}`, 'value' in descriptor ? descriptor.value : LAZY);
  }
}
