import type { Page } from '@playwright/test';

export interface HeldDecisions {
  /** A decision has left the page and is on its way. */
  readonly arrived: Promise<void>;
  /** Lets it reach the server, and all that follow. */
  release(): void;
}

/** A network that is slow with decisions: they leave the page, and reach the server when they are let go. */
export const holdDecisions = async (page: Page): Promise<HeldDecisions> => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    if (isDecision(route.request().postData())) {
      arrive();
      await released;
    }
    await route.continue();
  });
  return { arrived, release };
};

/** A network that loses decisions: they leave the page and no answer comes. Counts them. */
export const loseDecisions = async (page: Page): Promise<{ lost(): number }> => {
  let count = 0;
  await page.route('**/graphql', async (route) => {
    if (!isDecision(route.request().postData())) return route.continue();
    count += 1;
    return route.abort('connectionreset');
  });
  return { lost: () => count };
};

/** Whether a request's body holds a decision. */
export const isDecision = (body: string | null): boolean =>
  /\b(approveTask|rejectTask|withdrawApproval)\b/.test(body ?? '');
