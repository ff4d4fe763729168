import { defineConfig } from 'oxlint';

const tests = ['**/*.test.{ts,tsx}', '**/testing/**', 'e2e/**', 'bench/**'];
const bareConnections = ['Client', 'Pool'].map((property) => ({
  object: 'pg',
  property,
  message: 'Its `error` ends the process where nobody listens: use @countersign/postgres/postgres-client.',
}));

export default defineConfig({
  plugins: ['eslint', 'typescript', 'oxc'],
  jsPlugins: ['./scripts/checks/lint-rules.ts'],
  // One reading of the types serves the rules and the compiler's own complaints.
  options: { typeAware: true, typeCheck: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: [
    '**/dist/',
    '**/generated/',
    '**/*.d.ts',
    '.countersign/',
    'test-results/',
    'playwright-report/',
  ],
  env: { builtin: true },
  categories: { correctness: 'error' },
  rules: {
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-array-constructor': 'error',
    'no-case-declarations': 'error',
    'no-empty': 'error',
    'no-fallthrough': 'error',
    'no-prototype-builtins': 'error',
    'no-regex-spaces': 'error',
    'no-restricted-imports': [
      'error',
      { paths: [{ name: 'node:process', message: 'Use the global `process`.' }] },
    ],
    'no-unexpected-multiline': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'no-useless-assignment': 'error',
    'no-useless-constructor': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'prefer-rest-params': 'error',
    'prefer-spread': 'error',
    'preserve-caught-error': 'error',
    'typescript/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
    'typescript/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    'typescript/no-confusing-void-expression': [
      'error',
      { ignoreArrowShorthand: true, ignoreVoidOperator: true, ignoreVoidReturningFunctions: true },
    ],
    'typescript/no-deprecated': 'error',
    'typescript/no-dynamic-delete': 'error',
    'typescript/no-empty-object-type': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-extraneous-class': 'error',
    'typescript/no-generated-empty-object-type': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-mixed-enums': 'error',
    'typescript/no-namespace': 'error',
    'typescript/no-non-null-asserted-nullish-coalescing': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-require-imports': 'error',
    'typescript/no-unnecessary-boolean-literal-compare': 'error',
    'typescript/no-unnecessary-template-expression': 'error',
    'typescript/no-unnecessary-type-arguments': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/no-unnecessary-type-constraint': 'error',
    'typescript/no-unnecessary-type-conversion': 'error',
    'typescript/no-unnecessary-type-parameters': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-enum-assignment': 'error',
    'typescript/no-unsafe-enum-comparison': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-literal-enum-member': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/prefer-reduce-type-parameter': 'error',
    'typescript/prefer-return-this-type': 'error',
    'typescript/related-getter-setter-pairs': 'error',
    'typescript/restrict-plus-operands': [
      'error',
      {
        allowAny: false,
        allowBoolean: false,
        allowNullish: false,
        allowNumberAndString: false,
        allowRegExp: false,
      },
    ],
    'typescript/restrict-template-expressions': ['error', { allowNumber: true }],
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/unified-signatures': 'error',
    'typescript/use-unknown-in-catch-callback-variable': 'error',
    // Parts of `correctness` that this code does without: `void` in a type argument says "nothing" well, our factories'
    // methods have no `this`, and strings sort well by themselves.
    'typescript/no-meaningless-void-operator': 'off',
    'typescript/require-array-sort-compare': 'off',
    'typescript/unbound-method': 'off',
  },
  overrides: [
    {
      files: ['packages/web/**'],
      plugins: ['eslint', 'oxc', 'typescript', 'react'],
      rules: {
        // No compiler memoizes here, so no library can be at odds with it.
        'react/incompatible-library': 'off',
        'react/error-boundaries': 'error',
        'react/exhaustive-deps': 'error',
        'react/globals': 'error',
        'react/immutability': 'error',
        'react/preserve-manual-memoization': 'error',
        'react/purity': 'error',
        'react/refs': 'error',
        'react/rules-of-hooks': 'error',
        'react/set-state-in-effect': 'error',
        'react/set-state-in-render': 'error',
        'react/static-components': 'error',
        'react/unsupported-syntax': 'error',
        'react/use-memo': 'error',
      },
    },
    {
      files: ['**/*.{ts,tsx}'],
      excludeFiles: tests,
      rules: {
        'max-lines': ['error', 400],
        'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      },
    },
    {
      // One file, so that whoever checks a record elsewhere needs no more than it.
      files: ['packages/audit/src/verify-audit.ts'],
      rules: { 'max-lines': ['error', 780] },
    },
    {
      // Generated: it grows with the models.
      files: ['packages/server/src/record/tables.ts'],
      rules: { 'max-lines': ['error', 1500] },
    },
    {
      // What is declared rather than done: markup, GraphQL types, operations, addresses, a store's statements, and the
      // wiring of all parts.
      files: [
        '**/*.tsx',
        '**/*-schema.ts',
        '**/*-mutations.ts',
        '**/base-types.ts',
        '**/schema/schema.ts',
        '**/modules/*/{commands,*queries}.ts',
        '**/doors/rest/**/*-{route,routes}.ts',
        '**/record/*-store.ts',
        'packages/server/src/services.ts',
      ],
      excludeFiles: tests,
      rules: { 'max-lines-per-function': ['error', { max: 140, skipBlankLines: true, skipComments: true }] },
    },
    {
      files: ['packages/*/src/**'],
      excludeFiles: [
        ...tests,
        'packages/server/src/{config,cli/client-environment}.ts',
        'packages/postgres/**',
      ],
      rules: {
        'no-restricted-properties': [
          'error',
          { object: 'process', property: 'env', message: 'config.ts reads the environment.' },
          ...bareConnections,
        ],
      },
    },
    {
      files: ['prisma/**', 'packages/postgres/**'],
      excludeFiles: [...tests, 'packages/postgres/src/postgres-client.ts'],
      rules: { 'no-restricted-properties': ['error', ...bareConnections] },
    },
    {
      files: ['packages/server/src/**'],
      excludeFiles: [...tests, 'packages/server/src/infra/clock.ts'],
      rules: { 'countersign/no-wall-clock': 'error' },
    },
    {
      files: ['packages/server/**'],
      rules: { 'countersign/no-deaf-abort': 'error' },
    },
    {
      files: ['packages/server/src/**'],
      excludeFiles: [...tests, 'packages/server/src/{record,infra}/**'],
      rules: { 'countersign/no-sql': 'error' },
    },
    {
      files: tests,
      rules: {
        // Vitest's matchers are `any` by design.
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-non-null-assertion': 'off',
        // It looks through `as`, and a test that misses what it reads fails by that.
        'no-unsafe-optional-chaining': 'off',
      },
    },
    {
      // Playwright reads from the pattern which fixtures a fixture needs; some need none.
      files: ['e2e/**'],
      rules: { 'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }] },
    },
    {
      // Plain JavaScript has no types to judge by, and no compiler that knows its names.
      files: ['**/*.{js,mjs,cjs}'],
      rules: {
        'no-redeclare': 'error',
        'no-undef': 'error',
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
        'typescript/restrict-plus-operands': 'off',
        'typescript/restrict-template-expressions': 'off',
      },
      globals: {
        console: 'readonly',
        performance: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
    { files: ['**/*.cjs'], env: { commonjs: true } },
    { files: ['packages/web/public/**', 'examples/dashboard/page/**'], env: { browser: true } },
  ],
});
