import { expect, test } from '../test.ts';

test('an administrator asks for a backup to be restored beside what runs, cannot approve it alone, and discards it', async ({
  operator,
  stack,
  unique,
}) => {
  await operator.goto(`${stack.url}/settings/backups`);
  await operator.getByRole('button', { name: 'Take one now' }).click();
  const backup = operator.getByLabel('Backups, the newest first').getByRole('listitem').first();
  await expect(backup).toContainText('Verified', { timeout: 30_000 });

  await backup.getByRole('button', { name: 'Restore…' }).click();
  const asking = operator.getByRole('dialog', { name: 'Ask for this backup to be restored?' });
  await asking.getByLabel('Why').fill(`The drill of this quarter ${unique}`);
  await asking.getByRole('button', { name: 'Ask for it' }).click();
  await expect(asking).toBeHidden();

  const restore = operator
    .getByLabel('Restores, the newest first')
    .getByRole('listitem')
    .filter({ hasText: unique });
  await expect(restore).toContainText('Waits for a second person');
  await expect(restore.getByRole('button', { name: 'Approve' })).toHaveCount(0);

  await restore.getByRole('button', { name: 'Discard' }).click();
  const discarding = operator.getByRole('dialog', { name: 'Discard this restore?' });
  await discarding.getByLabel('Why').fill('The drill is over for today.');
  await discarding.getByRole('button', { name: 'Discard it' }).click();
  await expect(restore).toContainText('Discarded');
});
