import type { Locator, Page } from '@playwright/test';

/** The frame around every signed-in page. */
export interface ShellPage {
  readonly connection: Locator;
  /** The connection's mark where it says that all is well. */
  readonly live: Locator;
  readonly rail: Locator;
  signOut(): Promise<void>;
}

export const createShellPage = (page: Page): ShellPage => {
  const states = /^(Live|Connecting…|Reconnecting…|Live updates off|Offline|Signed out)\./;
  return {
    connection: page.getByRole('status', { name: states }),
    live: page.getByRole('status', { name: /^Live\./ }),
    rail: page.getByRole('navigation', { name: 'Main' }),
    async signOut() {
      await page.getByRole('button', { name: 'Account' }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
    },
  };
};
