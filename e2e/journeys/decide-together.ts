import { createApprovalsPage } from '../pages/approvals.ts';
import { barriers } from '../pages/barriers.ts';
import { expect, test } from '../test.ts';
import { commitDirectly, runGit } from '../../packages/server/testing/git-repository.ts';
import { createBadNetwork } from '../pages/bad-network.ts';

test('two people press at the same moment: one decision counts, and both see whose', async ({
  agent,
  approverSession,
  opensBrowser,
  operator,
  stack,
  unique,
}) => {
  const path = `together-${unique}.txt`;
  const one = createApprovalsPage(operator);
  const other = createApprovalsPage(await opensBrowser(approverSession));
  const watcher = createApprovalsPage(await opensBrowser(approverSession));
  const all = [one, other, watcher];
  await Promise.all(all.map((approvals) => approvals.open(stack.url)));
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await Promise.all(all.map((approvals) => approvals.choose(path)));
  await Promise.all(all.map(({ approve }) => expect(approve).toBeEnabled()));

  await Promise.all([one.page.keyboard.press('Shift+A'), other.page.keyboard.press('Shift+A')]);

  const { approval } = await agent.reaches(task, 'HELD');
  expect(approval?.reviews).toHaveLength(1);
  const winner = approval?.reviews[0]?.reviewer.name ?? 'nobody';
  await expect(watcher.bar).toContainText(`Approved by ${winner}`);
  await expect(watcher.approve).toBeHidden();
  await expect(watcher.reject).toBeHidden();
  await expect(watcher.row(path)).toContainText(`Approved by ${winner}`);
  await agent.reaches(task, 'SUCCEEDED');
  expect((await agent.sees(task)).approval?.reviews).toHaveLength(1);
  await expect(watcher.row(path)).toBeHidden();
});

test('whoever is second hears who was first, and that nothing of theirs counted', async ({
  agent,
  approverSession,
  opensBrowser,
  operator,
  stack,
  unique,
}) => {
  const path = `second-${unique}.txt`;
  const first = createApprovalsPage(operator);
  const second = createApprovalsPage(await opensBrowser(approverSession));
  const badNetwork = await createBadNetwork(second.page);
  await Promise.all([first.open(stack.url), second.open(stack.url)]);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await Promise.all([first.choose(path), second.choose(path)]);

  const held = badNetwork.holdDecisions();
  await second.approve.click();
  await held.arrived;
  await first.approve.click();
  // It counts; the note of it is on screen no longer than the time to undo.
  await expect.poll(async () => (await agent.sees(task)).approval?.reviews.length).toBe(1);
  held.release();

  const alert = second.review.getByRole('alert');
  await expect(alert).toContainText('Someone was faster.');
  await expect(second.bar).toContainText('Approved by Operator');
  await expect(second.approve).toBeHidden();
  await expect(second.reject).toBeHidden();
  const seen = await agent.reaches(task, 'SUCCEEDED');
  expect(seen.approval?.reviews.map(({ reviewer }) => reviewer.name)).toEqual(['Operator']);
});

test('production asks for two people: each approval is one, and nothing runs before the second', async ({
  agent,
  approverSession,
  opensBrowser,
  operator,
  stack,
  unique,
}) => {
  const path = `two-${unique}.txt`;
  const first = createApprovalsPage(operator);
  const second = createApprovalsPage(await opensBrowser(approverSession));
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
    environment: 'PRODUCTION',
    justification: 'The release waits for it',
  });
  await Promise.all([first.open(stack.url), second.open(stack.url)]);
  await first.choose(path);
  await expect(first.approve).toHaveText(/Approve rev 1 \(1 more needed\)/);
  await first.approve.click();
  await expect(first.notes).toContainText('1 more needed');
  expect((await agent.sees(task)).status).toBe('AWAITING_APPROVAL');

  await expect(second.row(path)).toContainText('1/2 approvals');
  await second.choose(path);
  await expect(second.approve).toHaveText(/Approve rev 1 and run/);
  await second.approve.click();
  // The first one's note is not left behind.
  await expect(first.notes).toContainText('Approved. Runs in');
  const seen = await agent.reaches(task, 'SUCCEEDED');
  expect(seen.approval?.reviews.map(({ reviewer }) => reviewer.name)).toEqual(['Operator', 'Approver']);
});

test('a file that changes after the approval: a new revision asks, and a decision on the old one is a conflict', async ({
  agent,
  approverSession,
  opensBrowser,
  operator,
  stack,
  unique,
}) => {
  const { demoRepository } = stack.firstRun;
  await commitDirectly(demoRepository, unique, { 'base.txt': 'one\n' });
  const path = `moved-${unique}.txt`;
  const first = createApprovalsPage(operator);
  const late = createApprovalsPage(await opensBrowser(approverSession));
  const reader = createApprovalsPage(await opensBrowser(approverSession));
  const badNetwork = await createBadNetwork(late.page);
  // The undo window and a new plan take longer on a busy machine than a decision waits for its answer.
  await late.page.addInitScript(() => {
    const within = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => within(ms * 10);
  });
  const all = [first, late, reader];
  await Promise.all(all.map((approvals) => approvals.open(stack.url)));
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await Promise.all(all.map((approvals) => approvals.choose(path)));

  // The second approver's decision is on its way while the first one's takes effect.
  const held = badNetwork.holdDecisions();
  await late.approve.click();
  await held.arrived;
  await first.approve.click();
  // Before its undo window is over, whatever else the machine has to do: what it says is read meanwhile.
  const [moved] = await Promise.all([
    // The file itself, or the approved effect would be made on the branch as it is.
    agent.reaches(task, 'HELD').then(() => commitDirectly(demoRepository, unique, { [path]: 'two\n' })),
    expect(first.notes).toContainText('Approved. Runs in'),
  ]);
  await expect.poll(async () => (await agent.sees(task)).revision).toBe(2);
  expect(await runGit(demoRepository, 'rev-parse', unique)).toBe(moved);
  held.release();

  // Nothing is swapped under whoever only reads.
  const arrived = reader.review.getByRole('alert');
  await expect(arrived).toContainText(
    new RegExp(`Rev 2 arrived.*1 file differs, ${unique} moved.*still rev\\s1`),
  );
  await expect(reader.review.getByText('rev 1', { exact: true })).toBeVisible();
  await expect(reader.approve).toBeHidden();
  expect(await barriers(reader.page)).toEqual([]);
  await reader.page.keyboard.press('Shift+A');
  // Nor by a reload: a request shows its own revision, whatever took its place.
  await reader.page.reload();
  await expect(reader.review.getByText('rev 1', { exact: true })).toBeVisible();
  await expect(arrived).toContainText(new RegExp(`Rev 2 arrived.*${unique} moved.*still rev\\s1`));
  await expect(reader.changes).toContainText('added: x');
  await expect(reader.changes).not.toContainText('two');

  await expect(late.review.getByRole('alert').filter({ hasText: 'Nothing was decided' })).toBeVisible();
  await expect(late.approve).toBeHidden();
  await late.bar.getByRole('button', { name: 'Review rev 2' }).click();
  await expect(late.approve).toHaveText(/Approve rev 2 and run/);
  await expect(late.review.getByRole('region', { name: 'Changed since rev 1' })).toContainText(
    new RegExp(`${unique} moved from [0-9a-f]{7} to ${moved.slice(0, 7)}`),
  );
  expect((await agent.sees(task)).approval?.reviews).toEqual([]);

  // Whoever never had rev 1 on screen sees what changed since, too.
  await late.page.reload();
  await expect(late.review.getByRole('region', { name: 'Changed since rev 1' })).toContainText(
    `${unique} moved`,
  );
  await expect(late.approve).toBeEnabled();
  await late.page.keyboard.press('Shift+A');
  await agent.reaches(task, 'SUCCEEDED');
  expect(await runGit(demoRepository, 'rev-parse', `${unique}~1`)).toBe(moved);
});
