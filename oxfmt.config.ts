import { defineConfig } from 'oxfmt';

export default defineConfig({
  singleQuote: true,
  printWidth: 110,
  sortPackageJson: false,
  ignorePatterns: [
    // Made by programs.
    'pnpm-lock.yaml',
    'dist/',
    'generated/',
    'packages/shared/schema.graphql',
    '*.d.ts',
    'policies/bundle/',
    // Templates, and no YAML before they are filled in.
    'deploy/chart/templates/',
    // Written by hand, where a formatter would only shift tables about.
    '*.md',
  ],
});
