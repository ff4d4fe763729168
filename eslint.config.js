import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.{ts,tsx}', '**/testing/**', 'e2e/**', 'bench/**'];
const bareConnections = ['Client', 'Pool'].map((property) => ({
  object: 'pg',
  property,
  message: 'Its `error` ends the process where nobody listens: use @countersign/postgres/postgres-client.',
}));

/** This machine's clock may be set: nothing is decided by it. */
const wallClock = [
  'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
  'CallExpression[callee.name="Date"]',
  'NewExpression[callee.name="Date"][arguments.length=0]',
].map((selector) => ({
  selector,
  message:
    'A duration goes by performance.now(), a time that others judge by the database (Clock); systemClock is for what is only shown.',
}));

/** As a statement begins. */
const statement = String.raw`/^\s*(SELECT\s|INSERT INTO\s|UPDATE \S+ SET\s|DELETE FROM\s|WITH \S+ AS\s)/`;
const sql = [`Literal[value=${statement}]`, `TemplateElement[value.raw=${statement}]`].map((selector) => ({
  selector,
  message: 'SQL is for record/ and infra/: modules, doors and platforms speak the domain.',
}));

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/generated/',
    '**/*.d.ts',
    '.countersign/',
    'test-results/',
    'playwright-report/',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A method may be async because its contract is, and `void` in a type argument says "nothing" well.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Our factories' methods have no `this`; and a flag that another function sets is no constant.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:process', message: 'Use the global `process`.' }] },
      ],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: tests,
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // One file, so that whoever checks a record elsewhere needs no more than it.
    files: ['packages/audit/src/verify-audit.ts'],
    rules: { 'max-lines': ['error', 720] },
  },
  {
    // Lists of one thing beside the other: they grow with what there is, and are looked things up in.
    files: [
      'packages/server/src/record/tables.ts',
      'packages/server/src/services.ts',
      'packages/shared/src/event-payloads.ts',
    ],
    rules: { 'max-lines': ['error', 900] },
  },
  {
    // What is declared rather than done: markup, GraphQL types, operations, addresses, a store's statements, and the
    // wiring of all parts.
    files: [
      '**/*.tsx',
      '**/*-schema.ts',
      '**/*-mutations.ts',
      '**/base-types.ts',
      '**/schema/{enums,schema}.ts',
      '**/modules/*/{commands,*queries}.ts',
      '**/doors/rest/**/*-{route,routes}.ts',
      '**/record/*-store.ts',
      'packages/server/src/operations.ts',
      'packages/server/src/services.ts',
    ],
    ignores: tests,
    rules: { 'max-lines-per-function': ['error', { max: 140, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['packages/*/src/**'],
    ignores: [...tests, 'packages/server/src/config.ts', 'packages/postgres/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'config.ts alone reads the environment.' },
        ...bareConnections,
      ],
    },
  },
  {
    files: ['prisma/**', 'packages/postgres/**'],
    ignores: [...tests, 'packages/postgres/src/postgres-client.ts'],
    rules: { 'no-restricted-properties': ['error', ...bareConnections] },
  },
  {
    files: ['packages/server/src/**'],
    ignores: [...tests, 'packages/server/src/infra/clock.ts'],
    rules: { 'no-restricted-syntax': ['error', ...wallClock] },
  },
  {
    files: ['packages/server/src/**'],
    ignores: [...tests, 'packages/server/src/{record,infra}/**'],
    rules: { 'no-restricted-syntax': ['error', ...wallClock, ...sql] },
  },
  {
    files: tests,
    rules: {
      // Vitest's matchers are `any` by design.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['packages/web/**'],
    extends: [reactHooks.configs.flat.recommended],
    // No compiler memoizes here, so no library can be at odds with it.
    rules: { 'react-hooks/incompatible-library': 'off' },
  },
  {
    // The classes there are of characters that combine.
    files: ['packages/shared/src/visible-text.ts'],
    rules: { 'no-misleading-character-class': 'off' },
  },
  {
    // Playwright reads from the pattern which fixtures a fixture needs; some need none.
    files: ['e2e/**'],
    rules: { 'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }] },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        console: false,
        performance: false,
        process: false,
        URL: false,
        setInterval: false,
        clearInterval: false,
      },
    },
  },
  {
    files: ['packages/web/public/**'],
    languageOptions: { globals: { document: false, localStorage: false, matchMedia: false } },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: true, require: false } },
  },
);
