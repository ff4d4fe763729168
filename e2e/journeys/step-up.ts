import type { Page } from '@playwright/test';
import { askGraphql, createAgent, type Agent } from '../agent.ts';
import { createApprovalsPage } from '../pages/approvals.ts';
import { barriers } from '../pages/barriers.ts';
import { desktop, phone } from '../pages/screens.ts';
import type { Stack } from '../stack.ts';
import { expect, signIn, test } from '../test.ts';

/** An authenticator of the browser itself, whose person shows that it is they at once. */
const addAuthenticator = async (page: Page): Promise<void> => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
};

/** An agent without a past: what became of the work of others says nothing of its own. */
const newAgent = async ({ url, firstRun: { adminKey } }: Stack, name: string): Promise<Agent> => {
  const { viewer } = await askGraphql<{ viewer: { principal: { id: string } } }>(
    url,
    adminKey,
    '{ viewer { principal { id } } }',
    {},
  );
  const { createPrincipal } = await askGraphql<{ createPrincipal: { principal: { id: string } } }>(
    url,
    adminKey,
    'mutation ($input: CreatePrincipalInput!) { createPrincipal(input: $input) { principal { id } } }',
    { input: { name, type: 'AGENT', roles: ['SUBMITTER'], ownerId: viewer.principal.id } },
  );
  const { createApiKey } = await askGraphql<{ createApiKey: { secret: string } }>(
    url,
    adminKey,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    { input: { name: 'journey', principalId: createPrincipal.principal.id } },
  );
  return createAgent(url, createApiKey.secret);
};

test('a person adds a passkey, and approves what is of critical risk with it', async ({
  browser,
  opensBrowser,
  stack,
  unique,
}) => {
  // The first one is added by whoever has just signed in.
  const session = await signIn(browser, await stack.signInLink('Approver'));
  const page = await opensBrowser(session, { ...desktop, reducedMotion: 'reduce' });
  await addAuthenticator(page);
  await page.goto(`${stack.url}/settings`);
  await page.getByRole('link', { name: /Passkeys/ }).click();
  await expect(page.getByText('You have none yet.')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.getByLabel('What you call it').fill(`Laptop ${unique}`);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const row = page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem');
  await expect(row).toContainText(`Laptop ${unique}`);
  await expect(row).toContainText('never used');
  for (const options of [
    { ...phone, colorScheme: 'light' as const },
    { ...phone, colorScheme: 'dark' as const },
  ]) {
    const other = await opensBrowser(session, { ...options, reducedMotion: 'reduce' });
    await other.goto(`${stack.url}/settings/passkeys`);
    await expect(other.getByRole('list', { name: 'Passkeys' })).toContainText(`Laptop ${unique}`);
    expect(await barriers(other)).toEqual([]);
  }

  const agent = await newAgent(stack, `restarter-${unique}`);
  const goal = `Restart the shop ${unique}`;
  const asked = await agent.asksFor({
    goal,
    environment: 'PRODUCTION',
    actions: [
      {
        type: 'kubernetes.deployment.restart',
        params: { cluster: 'sandbox', namespace: 'shop', name: 'web-10' },
      },
    ],
  });
  // Its planning may take longer than its submission waits for.
  const task = await agent.reaches(asked, 'AWAITING_APPROVAL');
  const approvals = createApprovalsPage(page);
  await page.goto(`${stack.url}/approvals/${task.approval?.id ?? ''}`);
  await expect(approvals.approve).toBeEnabled();
  await approvals.approve.click();
  await expect
    .poll(async () => (await agent.sees(task)).approval?.reviews)
    .toMatchObject([{ verdict: 'APPROVE' }]);

  await page.goto(`${stack.url}/settings/passkeys`);
  await expect(row).toContainText('last used');
  await row.getByRole('button', { name: 'Remove…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('alert')).toContainText('It is your last one.');
  await dialog.getByRole('button', { name: 'Remove it' }).click();
  await expect(page.getByText('You have none yet.')).toBeVisible();
  await agent.cleansUp();
});

test('a link shows its request to whoever follows it, and decides once', async ({
  agent,
  approverSession,
  opensBrowser,
  stack,
  unique,
}) => {
  const path = `linked-${unique}.txt`;
  const submitted = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const task = await agent.reaches(submitted, 'AWAITING_APPROVAL');
  const signedIn = await opensBrowser(approverSession);
  const asks = async (query: string, variables = {}): Promise<unknown> => {
    const answer = await signedIn.request.post(`${stack.url}/graphql`, { data: { query, variables } });
    return ((await answer.json()) as { data: unknown }).data;
  };
  const { viewer } = (await asks('{ viewer { principal { id } } }')) as {
    viewer: { principal: { id: string } };
  };
  const { createApprovalLink } = (await asks(
    'mutation ($input: CreateApprovalLinkInput!) { createApprovalLink(input: $input) { url } }',
    { input: { taskId: task.id, principalId: viewer.principal.id } },
  )) as { createApprovalLink: { url: string } };

  const page = await opensBrowser(undefined, { ...phone, colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto(createApprovalLink.url);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(path);
  expect(await barriers(page)).toEqual([]);
  expect((await agent.sees(task)).approval?.status).toBe('PENDING');
  await page.getByRole('button', { name: 'Approve rev 1' }).click();
  await expect(page.getByRole('status')).toContainText('Approved.');
  expect((await agent.sees(task)).approval?.status).toBe('APPROVED');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This link opens nothing any more');
  expect(await barriers(page)).toEqual([]);
});
