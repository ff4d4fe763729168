import { startReceiver } from '../../packages/server/testing/receiver.ts';
import { barriersAtAnyWidth } from '../pages/barriers.ts';
import { expect, test } from '../test.ts';

test('what a receiver does not take is given up, and taken once it works and somebody redrives it', async ({
  agent,
  configures,
  operator,
  stack,
  unique,
}) => {
  await using receiver = await startReceiver();
  receiver.answers(() => ({ status: 500 }));
  await configures({
    egress: { allowedInternalHosts: [new URL(receiver.url).host] },
    webhooks: { attempts: 2, firstRetryMs: 10, longestRetryMs: 20 },
  });
  const name = `Pipeline ${unique}`;
  await operator.goto(`${stack.url}/settings/webhooks`);
  await operator.getByRole('button', { name: 'New webhook…' }).click();
  const making = operator.getByRole('dialog', { name: 'A new webhook' });
  await making.getByLabel('What it is for').fill(name);
  await making.getByLabel('Where events are posted').fill(receiver.url);
  await making.getByRole('button', { name: 'Make the webhook' }).click();
  await expect(making.getByTestId('secret')).toHaveText(/^whsec_/);
  expect(await barriersAtAnyWidth(operator)).toEqual([]);
  await making.getByRole('button', { name: 'I have kept it' }).click();

  const webhook = operator
    .getByRole('list', { name: 'Webhooks' })
    .getByRole('listitem')
    .filter({ hasText: name });
  await webhook.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(webhook.getByRole('status')).toHaveText('Not taken. It answered 500.');
  receiver.received.length = 0;

  const path = `hook-${unique}.txt`;
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await expect(webhook).toContainText('1 given up');
  await operator.getByLabel('That are').selectOption('Given up');
  const delivery = operator
    .getByRole('list', { name: 'Deliveries' })
    .getByRole('listitem')
    .filter({ hasText: name });
  await expect(delivery).toContainText('approval:pending');
  await expect(delivery).toContainText('2 tries · It answered 500.');
  await delivery.getByText('What is sent').click();
  await expect(delivery).toContainText(task.id);
  expect(await barriersAtAnyWidth(operator)).toEqual([]);

  receiver.answers(() => ({ status: 204 }));
  await delivery.getByRole('button', { name: 'Redrive…' }).click();
  await operator.getByRole('dialog').getByRole('button', { name: 'Try anew' }).click();
  await expect(webhook).not.toContainText('given up');
  await operator.getByLabel('That are').selectOption('Taken');
  await expect(delivery).toContainText('approval:pending');
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect([ids.length, new Set(ids).size]).toEqual([3, 1]);

  await webhook.getByRole('button', { name: 'Delete…' }).click();
  await operator.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(webhook).toBeHidden();
});
