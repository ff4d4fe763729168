import { test as base, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';
import { createAgent, type Agent } from './agent.ts';
import type { Asking } from './policy-data.ts';
import { startStack, type Settings, type Stack } from './stack.ts';

export { expect } from '@playwright/test';

/** A browser's cookies once somebody has signed in with it. */
export type Session = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** Opens a page in a browser of its own, signed in as the session's person. */
export type OpensBrowser = (session?: Session, options?: BrowserContextOptions) => Promise<Page>;

interface SharedFixtures {
  /** By what terms people are asked. A file that asks otherwise has an installation of its own. */
  readonly asking: Asking;
  /** One installation for all journeys of a worker: they keep apart by names of their own. */
  readonly stack: Stack;
  readonly operatorSession: Session;
  readonly approverSession: Session;
}

interface JourneyFixtures {
  readonly agent: Agent;
  /** Part of names that no other journey has. */
  readonly unique: string;
  readonly opensBrowser: OpensBrowser;
  readonly operator: Page;
  /** Has these settings count besides, until the journey is over. */
  readonly configures: (settings: Settings) => Promise<void>;
}

/** Undone within six seconds, in which a busy machine shows what it has to; in staging nobody has longer than fifteen to decide; production asks for two. */
const shortly: Asking = {
  DEVELOPMENT: { undoWindowMs: 6_000 },
  STAGING: { undoWindowMs: 6_000, expiresInMs: 15_000 },
  PRODUCTION: { undoWindowMs: 6_000, required: 2 },
};

export const signIn = async (browser: Browser, link: string): Promise<Session> => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForURL('**/approvals*');
  const session = await context.storageState();
  await context.close();
  return session;
};

export const test = base.extend<JourneyFixtures, SharedFixtures>({
  asking: [shortly, { scope: 'worker', option: true }],
  stack: [
    async ({ asking }, use) => {
      await using stack = await startStack({ asking });
      await use(stack);
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  operatorSession: [
    async ({ browser, stack }, use) => use(await signIn(browser, stack.firstRun.signInUrl)),
    { scope: 'worker' },
  ],
  approverSession: [
    async ({ browser, stack }, use) => use(await signIn(browser, await stack.signInLink('Approver'))),
    { scope: 'worker' },
  ],
  agent: async ({ stack }, use) => {
    const agent = createAgent(stack.url, stack.firstRun.agentKey);
    await use(agent);
    await agent.cleansUp();
  },
  unique: async ({}, use) => use(crypto.randomUUID().slice(0, 8)),
  opensBrowser: async ({ browser }, use) => {
    await using opened = new AsyncDisposableStack();
    const faults: string[] = [];
    await use(async (session, options = {}) => {
      const context = await browser.newContext({ ...(session ? { storageState: session } : {}), ...options });
      opened.defer(() => context.close());
      const page = await context.newPage();
      noteFaults(page, faults);
      return page;
    });
    if (faults.length > 0) throw new Error(`The console failed by itself:\n${faults.join('\n')}`);
  },
  configures: async ({ stack }, use) => {
    await use((settings) => stack.configures(settings));
    await stack.configures({});
  },
  operator: async ({ opensBrowser, operatorSession }, use) => use(await opensBrowser(operatorSession)),
});

/** What no journey may cause: an exception nobody caught, something that the content security policy stopped. */
const noteFaults = (page: Page, faults: string[]): void => {
  page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
  });
};
