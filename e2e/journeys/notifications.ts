import { startMailbox } from '../../packages/server/testing/mailbox.ts';
import { barriersAtAnyWidth } from '../pages/barriers.ts';
import { expect, test } from '../test.ts';

test('somebody says where mail reaches them and of what, and a test comes there', async ({
  configures,
  operator,
  stack,
  unique,
}) => {
  await using mailbox = await startMailbox();
  await configures({
    notifications: { mail: { host: '127.0.0.1', port: mailbox.port, from: 'Countersign <c@example.com>' } },
  });
  const email = `${unique}@example.com`;
  await operator.goto(`${stack.url}/settings/notifications`);
  const places = operator.getByRole('region', { name: 'Where you are reached' });
  await places.getByLabel('Mail').fill(email);
  await places.getByRole('button', { name: 'Save' }).click();
  await places.getByRole('button', { name: 'Send a test' }).click();
  await expect(places.getByText('Sent: look there.')).toBeVisible();
  expect(mailbox.mails.map(({ to }) => to)).toContainEqual([email]);

  const ends = operator.getByRole('checkbox', { name: 'Ends: Mail' });
  await ends.click();
  await expect(ends).not.toBeChecked();
  await operator.reload();
  await expect(ends).not.toBeChecked();
  await expect(places.getByLabel('Mail')).toHaveValue(email);
  await mailbox[Symbol.asyncDispose]();
  await places.getByRole('button', { name: 'Send a test' }).click();
  await expect(places.getByText('Not sent.')).toBeVisible();
  expect(await barriersAtAnyWidth(operator)).toEqual([]);

  await ends.click();
  await expect(ends).toBeChecked();
  await places.getByLabel('Mail').fill('');
  await places.getByRole('button', { name: 'Save' }).click();
  await expect(places.getByRole('button', { name: 'Send a test' })).toBeHidden();
});
