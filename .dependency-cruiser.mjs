// Rules of who may import whom. They are generated from the one table of layers in scripts/layers.json; each is proved by
// a fixture that breaks it (test/tooling/layers.test.ts).
import { readFileSync } from 'node:fs';

const { layers, pure, sockets, optionalPeers } = JSON.parse(
  readFileSync(new URL('./scripts/layers.json', import.meta.url), 'utf8'),
);

const SRC = '^packages/async-cassandra/src/';
const ANY_SRC = '^packages/[^/]+/src/';
const SOCKET_MODULES = '^(node:)?(net|tls|dns|dgram|http|https|http2)($|/)';
const IO_MODULES =
  '^(node:)?(net|tls|dns|dgram|http|https|http2|fs|child_process|cluster|worker_threads|readline|repl|timers|os|inspector|perf_hooks|stream|process)($|/)';

const anyOf = (names) => `(${names.map((name) => name.replace(/[./]/g, '\\$&')).join('|')})`;

const layerRules = layers.flatMap((row, index) =>
  row.map((layer) => {
    const above = [...layers.slice(0, index).flat(), ...row.filter((sibling) => sibling !== layer)];
    return {
      name: `${layer}-imports-down-only`,
      severity: 'error',
      comment: `${layer}/ may import the layers below it, not those above or beside it`,
      from: { path: `${SRC}${layer}/` },
      to: { path: above.length > 0 ? `${SRC}${anyOf(above)}/|${SRC}[^/]+\\.ts$` : `${SRC}[^/]+\\.ts$` },
    };
  }),
);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    {
      name: 'known-layers-only',
      severity: 'error',
      comment: 'A new folder in src/ needs its place in scripts/layers.json',
      from: {},
      to: { path: `${SRC}[^/]+/`, pathNot: `${SRC}${anyOf(layers.flat())}/` },
    },
    {
      name: 'through-the-door',
      severity: 'error',
      comment: 'Another layer is imported through its index.ts only; inside a layer files import each other directly',
      from: { path: `${SRC}([^/]+)/` },
      to: { path: `${SRC}[^/]+/`, pathNot: [`${SRC}$1/`, `${SRC}[^/]+/index\\.ts$`] },
    },
    {
      name: 'entry-through-the-door',
      severity: 'error',
      comment: 'The entry points of the package import layers through their index.ts only',
      from: { path: `${SRC}[^/]+\\.ts$` },
      to: { path: `${SRC}[^/]+/`, pathNot: `${SRC}[^/]+/index\\.ts$` },
    },
    {
      name: 'not-through-own-door',
      severity: 'error',
      comment: 'A file inside a layer that imports its own index.ts makes a cycle',
      from: { path: `${SRC}([^/]+)/`, pathNot: `${SRC}[^/]+/index\\.ts$` },
      to: { path: `${SRC}$1/index\\.ts$` },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: '^(packages|scripts|examples|bench)/' },
      to: { circular: true },
    },
    {
      name: 'sockets-only-in-connection',
      severity: 'error',
      comment: 'Sockets, TLS and DNS are behind the interfaces of connection/, so that all else runs on virtual time',
      from: { path: SRC, pathNot: `${SRC}${anyOf(sockets)}/` },
      to: { path: SOCKET_MODULES, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-layers-do-no-io',
      severity: 'error',
      comment: 'Bytes, values, decisions and snapshots: no I/O, no timers, no process',
      from: { path: `${SRC}${anyOf(pure)}/` },
      to: { path: IO_MODULES },
    },
    {
      name: 'no-runtime-dependency',
      severity: 'error',
      comment: 'The driver has no dependencies; integrations/ may name the optional peers',
      from: { path: SRC, pathNot: `${SRC}integrations/` },
      to: { path: '(^|/)node_modules/' },
    },
    {
      name: 'integrations-name-optional-peers-only',
      severity: 'error',
      from: { path: `${SRC}integrations/` },
      to: { path: '(^|/)node_modules/', pathNot: `(^|/)node_modules/${anyOf(optionalPeers)}/` },
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      comment: 'What users install has only the dependencies that its package.json names',
      from: { path: ANY_SRC, pathNot: `${SRC}integrations/` },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-tests-in-src',
      severity: 'error',
      from: { path: ANY_SRC },
      to: { path: '(^|/)(test|bench|examples|scripts)/' },
    },
    {
      name: 'examples-use-the-public-door',
      severity: 'error',
      comment:
        'Examples and benchmarks import the packages by name, as users do; micro benchmarks measure what is inside, servers are those of the tests',
      from: { path: '^(examples|bench)/', pathNot: '^bench/(micro/|[^/]+/server\\.ts$)' },
      to: {
        path: '^packages/[^/]+/(src|test)/',
        pathNot: '^packages/[^/]+/src/([^/]+|integrations/[^/]+/index)\\.ts$',
      },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['^bun:', ...optionalPeers] },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    exclude: { path: '(^|/)fixtures/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
  },
};
