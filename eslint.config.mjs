import { readFileSync } from 'node:fs';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const { pure } = JSON.parse(readFileSync(new URL('./scripts/layers.json', import.meta.url), 'utf8'));

const DRIVER = 'packages/async-cassandra/src';
const TESTS = ['packages/*/test/**/*.ts', 'examples/*/test/**/*.ts', 'test/**/*.ts'];

/** Time, timers and chance come through the seams of the composition root, so that tests run on virtual time. */
const CLOCK_GLOBALS = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'queueMicrotask',
].map((name) => ({ name, message: 'Take the injected timers' }));
const CLOCK_PROPERTIES = [
  { object: 'Date', property: 'now', message: 'Take the injected clock' },
  { object: 'performance', property: 'now', message: 'Take the injected clock' },
  { object: 'process', property: 'hrtime', message: 'Take the injected clock' },
  { object: 'process', property: 'nextTick', message: 'Take the injected timers' },
  { object: 'Math', property: 'random', message: 'Take the injected random function' },
];
const NOW = { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take the injected clock' };

export default tseslint.config(
  { ignores: ['**/dist/', '**/coverage/', '**/node_modules/', '**/fixtures/', '**/results/', '**/.cache/'] },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // What a non-blocking driver lives by: no promise is left alone, none is taken for a boolean.
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: true },
      ],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      // A method that fulfils an asynchronous interface may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name' },
        { selector: 'ExportAllDeclaration[exported=null]', message: 'A door names what it exports' },
      ],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: [`${DRIVER}/**/*.ts`],
    ignores: [`${DRIVER}/client/**`, `${DRIVER}/connection/**`, `${DRIVER}/integrations/**`],
    rules: {
      'no-restricted-globals': ['error', ...CLOCK_GLOBALS],
      'no-restricted-properties': ['error', ...CLOCK_PROPERTIES],
      'no-restricted-syntax': [
        'error',
        NOW,
        { selector: 'ExportDefaultDeclaration', message: 'Export by name' },
        { selector: 'ExportAllDeclaration[exported=null]', message: 'A door names what it exports' },
      ],
    },
  },
  {
    files: pure.map((layer) => `${DRIVER}/${layer}/**/*.ts`),
    rules: {
      'no-restricted-globals': ['error', ...CLOCK_GLOBALS, 'process', 'fetch', 'navigator', 'crypto'],
    },
  },
  {
    files: ['packages/async-cassandra/test/**/*.ts'],
    ignores: ['packages/async-cassandra/test/support/fast-check.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: 'fast-check', message: 'Take support/fast-check.ts: its arrays are as long as they say' },
      ],
    },
  },
  {
    files: TESTS,
    rules: {
      // `describe`, `it` and `test` of node:test return promises that the runner itself waits for.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['describe', 'it', 'test', 'suite'], package: 'node:test' },
          ],
        },
      ],
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Export by name' }],
      'max-lines': ['error', { max: 600 }],
    },
  },
  {
    files: [
      'scripts/**/*.ts',
      'examples/**/*.ts',
      'bench/**/*.ts',
      'packages/embedded-cassandra/src/cli/**/*.ts',
      'packages/embedded-cassandra/src/cli.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { process: 'readonly', URL: 'readonly', console: 'readonly', Buffer: 'readonly' } },
  },
);
