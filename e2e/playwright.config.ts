import { defineConfig } from '@playwright/test';
import { scratchFolder } from '../scripts/checks/scratch-folder.ts';
import { locateChromium } from './chromium.ts';

process.env.TMPDIR ??= scratchFolder();

export default defineConfig({
  testDir: 'journeys',
  testMatch: '*.ts',
  globalSetup: './global-setup.ts',
  outputDir: '../test-results/e2e',
  // Two cores: while one journey waits for a window to close or a page to come, the others may work.
  workers: 2,
  fullyParallel: true,
  // What passes only when tried again is told at the end of a run.
  retries: 1,
  forbidOnly: true,
  // They end what hangs; a busy machine takes three times as long as a quiet one.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: await locateChromium(),
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
  },
});
