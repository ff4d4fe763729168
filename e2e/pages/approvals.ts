import type { Locator, Page } from '@playwright/test';

/** The inbox and the request beside it, as a person finds their way in them. */
export interface ApprovalsPage {
  readonly page: Page;
  readonly list: Locator;
  row(title: string): Locator;
  /** The request on screen. */
  readonly review: Locator;
  readonly title: Locator;
  /** What is changed, line by line. */
  readonly changes: Locator;
  /** The foot of the review: buttons, or a sentence in their place. */
  readonly bar: Locator;
  readonly approve: Locator;
  readonly reject: Locator;
  /** What came of this person's decisions, over whatever page is open. */
  readonly notes: Locator;
  /** Goes to the inbox by its address. */
  open(origin: string): Promise<void>;
  /** Clicks the row and waits until its request is on screen with its buttons awake. */
  choose(title: string): Promise<void>;
}

export const createApprovalsPage = (page: Page): ApprovalsPage => {
  const list = page.getByRole('listbox', { name: 'Approval requests' });
  const review = page.getByRole('article', { name: 'Review' });
  const bar = review.getByLabel('Decision', { exact: true });
  const row = (title: string): Locator => list.getByRole('option').filter({ hasText: title });
  const title = review.getByRole('heading', { level: 1 });
  const approve = bar.getByRole('button', { name: /^Approve rev/ });
  return {
    page,
    list,
    row,
    review,
    title,
    changes: review.getByRole('tabpanel', { name: 'Changes' }),
    bar,
    approve,
    reject: bar.getByRole('button', { name: 'Reject…' }),
    notes: page.getByRole('list', { name: 'Your decisions' }),
    async open(origin) {
      await page.goto(`${origin}/approvals`);
    },
    async choose(text) {
      await row(text).click();
      await title.filter({ hasText: text }).waitFor();
    },
  };
};
