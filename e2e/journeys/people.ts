import type { Page } from '@playwright/test';
import { barriers } from '../pages/barriers.ts';
import { desktop, phone } from '../pages/screens.ts';
import { expect, test, signIn } from '../test.ts';

const rowOf = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

/** Presses a button with the keyboard alone. */
const press = async (page: Page, button: ReturnType<Page['getByRole']>): Promise<void> => {
  await button.focus();
  await page.keyboard.press('Enter');
};

const add = async (page: Page, name: string, role: string): Promise<void> => {
  await press(page, page.getByRole('button', { name: 'Add…' }));
  const dialog = page.getByRole('dialog', { name: 'Add a person, an agent or a service' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel(role).check();
  await dialog.getByLabel('Name').press('Enter');
  await expect(dialog).toBeHidden();
};

const secretIn = async (page: Page): Promise<string> => {
  const secret = (await page.getByTestId('secret').textContent()) ?? '';
  await press(page, page.getByRole('button', { name: 'I have kept it' }));
  await expect(page.getByTestId('secret')).toBeHidden();
  return secret;
};

test('an administrator adds a person, signs them in, changes them and shows them out, by keyboard', async ({
  browser,
  operator,
  opensBrowser,
  stack,
  unique,
}) => {
  const name = `Zoe ${unique}`;
  await operator.goto(`${stack.url}/settings`);
  await press(operator, operator.getByRole('link', { name: /People and keys/ }));
  await expect(operator.getByRole('heading', { level: 1, name: 'People and keys' })).toBeVisible();
  await add(operator, name, 'Approver: decides');
  const row = rowOf(operator, name);
  await expect(row).toContainText('approver');
  await expect(row).toContainText('made by Operator');

  await press(operator, row.getByRole('button', { name: 'Sign-in link…' }));
  await press(operator, operator.getByRole('button', { name: 'Make the link' }));
  const session = await signIn(browser, await secretIn(operator));
  const zoe = await opensBrowser(session);
  await zoe.goto(`${stack.url}/settings/people`);
  await expect(zoe.getByText('Only an administrator can add people')).toBeVisible();
  await expect(zoe.getByRole('button', { name: 'Add…' })).toHaveCount(0);

  await press(operator, row.getByRole('button', { name: 'Roles…' }));
  await operator.getByRole('dialog').getByLabel('Viewer: reads').check();
  await press(operator, operator.getByRole('button', { name: 'Set roles' }));
  await expect(row).toContainText('viewer');
  await expect(rowOf(zoe, name)).toContainText('viewer');

  await press(operator, row.getByRole('button', { name: 'Disable…' }));
  await press(operator, operator.getByRole('button', { name: 'Disable', exact: true }));
  await expect(row).toContainText('disabled');
  await expect(zoe.getByRole('dialog', { name: 'Your session has ended' })).toBeVisible();
  await press(operator, row.getByRole('button', { name: 'Enable…' }));
  await press(operator, operator.getByRole('button', { name: 'Enable', exact: true }));
  await expect(row).not.toContainText('disabled');
});

test('the last administrator is told why they stay one', async ({ operator, stack }) => {
  await operator.goto(`${stack.url}/settings/people`);
  await press(operator, rowOf(operator, 'you').getByRole('button', { name: 'Disable…' }));
  await press(operator, operator.getByRole('button', { name: 'Disable', exact: true }));
  await expect(operator.getByRole('alert')).toContainText('make somebody else an administrator first');
});

test('a key is shown once, works, and is revoked', async ({ operator, stack, unique }) => {
  await operator.goto(`${stack.url}/settings/people`);
  await press(operator, operator.getByRole('button', { name: 'New key…' }));
  const dialog = operator.getByRole('dialog', { name: 'A new API key' });
  await dialog.getByLabel('For', { exact: true }).selectOption({ label: 'demo-agent' });
  await dialog.getByLabel('What it is for').fill(unique);
  await press(operator, dialog.getByRole('button', { name: 'Make the key' }));
  const secret = await secretIn(operator);
  const ask = async (): Promise<number> => {
    const response = await fetch(`${stack.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query: '{ viewer { principal { name } } }' }),
    });
    return response.status;
  };
  expect(await ask()).toBe(200);
  expect(await operator.content()).not.toContain(secret);
  const row = rowOf(operator, unique);
  await press(operator, row.getByRole('button', { name: 'Revoke…' }));
  await press(operator, operator.getByRole('button', { name: 'Revoke', exact: true }));
  await expect(row).toContainText('revoked');
  expect(await ask()).toBe(401);
});

for (const { width, screen } of [
  { width: 1440, screen: desktop },
  { width: 390, screen: phone },
]) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`nothing bars the way to people and keys at ${width} px, ${colorScheme}`, async ({
      opensBrowser,
      operatorSession,
      stack,
    }) => {
      const page = await opensBrowser(operatorSession, { ...screen, colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${stack.url}/settings/people`);
      await expect(rowOf(page, 'demo-agent').first()).toBeVisible();
      expect(await barriers(page)).toEqual([]);
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - window.innerWidth',
      );
      expect(overflow).toBeLessThanOrEqual(0);
      for (const button of ['Add…', 'New group…', 'New key…']) {
        await page.getByRole('button', { name: button }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        expect(await barriers(page), button).toEqual([]);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toBeHidden();
      }
    });
  }
}
