/** Arguments of Node with which a child process imports the sources, as tests do. */
export const importingSources: readonly string[] =
  process.versions['bun'] === undefined
    ? ['--import', new URL('../../../../scripts/loader/register.mjs', import.meta.url).href]
    : [];
