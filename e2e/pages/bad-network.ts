import type { Page, Route } from '@playwright/test';

export interface HeldDecisions {
  /** A decision has left the page and is on its way. */
  readonly arrived: Promise<void>;
  /** Lets it reach the server, and all that follow. */
  release(): void;
}

export interface BadNetwork {
  /** From now on decisions leave the page, and reach the server when they are let go. */
  holdDecisions(): HeldDecisions;
  /** From now on decisions leave the page and no answer comes. Counts them. */
  loseDecisions(): { lost(): number };
}

/**
 * A network that can turn bad. To be asked for before the page opens anything: a page that is open already
 * goes on for a moment by the way that it has.
 */
export const createBadNetwork = async (page: Page): Promise<BadNetwork> => {
  let passOn = (route: Route): Promise<void> => route.continue();
  await page.route('**/graphql', (route) =>
    isDecision(route.request().postData()) ? passOn(route) : route.continue(),
  );
  return {
    holdDecisions() {
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      passOn = async (route) => {
        arrive();
        await released;
        await route.continue();
      };
      return { arrived, release };
    },
    loseDecisions() {
      let count = 0;
      passOn = (route) => {
        count += 1;
        return route.abort('connectionreset');
      };
      return { lost: () => count };
    },
  };
};

/** Whether a request's body holds a decision. */
export const isDecision = (body: string | null): boolean =>
  /\b(approveTask|rejectTask|withdrawApproval)\b/.test(body ?? '');
