import { createApprovalsPage } from '../pages/approvals.ts';
import { expect, test } from '../test.ts';

test('a rejection needs a reason that the agent can act on, and the agent gets it', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `reject-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  await approvals.open(stack.url);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await approvals.choose(path);

  await expect(approvals.reject).toBeEnabled();
  await approvals.list.focus();
  await operator.keyboard.press('r');
  const form = approvals.review.getByRole('form', { name: 'Reject rev 1' });
  const reason = form.getByRole('textbox', { name: 'Reason' });
  const send = form.getByRole('button', { name: 'Reject rev 1' });
  await expect(reason).toBeFocused();

  for (const tooLittle of ['', 'no', '. . . . . . . . .']) {
    await reason.fill(tooLittle);
    await send.click();
    await expect(reason).toHaveAttribute('aria-invalid', 'true');
    await expect(form).toContainText(/more characters?|Say it in words/);
  }
  expect((await agent.sees(task)).status).toBe('AWAITING_APPROVAL');

  await form.getByRole('button', { name: 'Too broad' }).click();
  // Letters that are commands elsewhere are text here.
  await reason.fill('');
  await reason.pressSequentially('Azrj: only the file that the ticket names');
  await send.click();

  await expect(approvals.notes).toContainText('Rejected. Nothing ran.');
  await expect(approvals.list).toBeFocused();
  await expect(approvals.row(path)).toContainText('Rejected by Operator');
  const seen = await agent.reaches(task, 'REJECTED');
  const words = 'Too broad: Azrj: only the file that the ticket names';
  expect(seen.approval?.status).toBe('REJECTED');
  expect(await agent.reasonOf(task)).toBe(words);
});

test('a half-written reason outlives a reload, and going back sends nothing', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `draft-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await approvals.open(stack.url);
  await approvals.choose(path);
  await approvals.reject.click();
  const reason = approvals.review.getByRole('textbox', { name: 'Reason' });
  await reason.fill('Because the release is');
  await operator.reload();
  await approvals.reject.click();
  await expect(reason).toHaveValue('Because the release is');
  await operator.keyboard.press('Escape');
  await expect(approvals.reject).toBeFocused();
  await expect(approvals.approve).toBeEnabled();
  expect(await agent.sees(task)).toMatchObject({ status: 'AWAITING_APPROVAL', approval: { reviews: [] } });
});
