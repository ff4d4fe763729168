import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/checks/longest-first.ts';
import { scratchFolder } from './scripts/checks/scratch-folder.ts';

// Its workers, and what these start, have it from here.
process.env.TMPDIR ??= scratchFolder();

const sources = '{packages/*,prisma,scripts,policies,bench,e2e,examples,deploy}';
const ignored = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    // Node loads the sources, as it does for `npm start`: made into Vite's own modules, they take a quarter more of the
    // processor. Nothing here is mocked, which is all that the loader would be for.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    execArgv: [`--import=${import.meta.dirname}/scripts/testing/resolve-as-node.ts`],
    // Two cores: more workers only make each other late, where nothing waits.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Loading the sources anew for each file would be half of the time; a file leaves nothing behind for the next.
    isolate: false,
    // As long as what is waited for takes on a busy machine; a second is not.
    expect: { poll: { timeout: 20_000 } },
    // It ends what hangs; a busy machine takes many times as long as a quiet one.
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [`${sources}/**/*.test.ts`],
          exclude: [...ignored, '**/*.integration.test.ts', 'packages/web/**'],
        },
      },
      {
        extends: './packages/web/vite.config.ts',
        test: {
          name: 'web',
          root: './packages/web',
          include: ['src/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          isolate: false,
          setupFiles: './testing/patience.ts',
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [`${sources}/**/*.integration.test.ts`],
          exclude: ignored,
          // They wait for leases, windows and processes: three of them would leave a third of the cores idle.
          maxWorkers: 4,
          // Vitest wants those apart that have other numbers of workers.
          sequence: { groupOrder: 1 },
          globalSetup: './packages/server/testing/services.ts',
          setupFiles: './packages/server/testing/no-leftovers.ts',
          pool: 'forks',
          // Whether a story keeps a time is the machine's too: what passes only when tried again is told at the end.
          retry: 1,
          // They end what hangs; a busy machine takes three times as long as a quiet one.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
