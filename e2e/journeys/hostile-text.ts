import { createApprovalsPage } from '../pages/approvals.ts';
import { expect, test } from '../test.ts';

const override = '\u202e';
const zeroWidth = '\u200b';
const markup =
  '<img src="/nowhere" onerror="document.title=\'broken in\'"><script>document.title="broken in"</script>';

test('hostile text is shown for what it is and runs nothing', async ({ agent, operator, stack, unique }) => {
  const path = `docs/${unique} <b>.md`;
  const approvals = createApprovalsPage(operator);
  const answer = await operator.goto(`${stack.url}/approvals`);
  const policy = answer?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);

  const content = [
    `if (user.is${zeroWidth}Admin) {`,
    `  // ${override}} ;evas ton od`,
    markup,
    'x'.repeat(5_000),
    ...Array.from({ length: 100 }, (_, index) => `line ${index}`),
    '',
  ].join('\n');
  const task = await agent.submits({
    goal: `Tidy ${unique} ${override}gnihton${zeroWidth} ${markup}`,
    justification: `[approve](javascript:alert(1)) ${'wide'.repeat(200)}`,
    branch: `${unique}-m\u0430in`,
    message: `Tidy${override}`,
    files: [{ path, content }],
    tags: [`tag-${unique}`],
  });
  await approvals.choose(unique);

  const says = approvals.review.getByText('agent says').locator('..');
  await expect(says).toContainText('U+202E');
  await expect(says).toContainText('U+200B');
  await expect(says).toContainText('<script>');
  await expect(approvals.title).toContainText('<b>');
  await expect(approvals.changes).toContainText('isU+200B');
  await expect(approvals.changes).toContainText('right-to-left override');
  await expect(approvals.title).toContainText('U+0430, a letter that passes for a Latin one');
  await expect(approvals.changes).toContainText('has letters of another script that pass for Latin ones');
  await expect(approvals.changes).toContainText(markup);
  await expect(approvals.changes).toContainText('has invisible, direction-changing or control characters');
  await expect(approvals.review.locator('img, script, a[href^="javascript"]')).toHaveCount(0);

  for (const address of [`/approvals/${task.approval?.id}`, `/tasks/${task.id}`, '/tasks', '/overview']) {
    await operator.goto(`${stack.url}${address}`);
    await expect(operator.getByText('U+202E').first()).toBeVisible();
    // No line makes the page itself wider or higher than the window.
    const page = 'document.documentElement';
    const overhang = `Math.max(${page}.scrollWidth - innerWidth, ${page}.scrollHeight - innerHeight)`;
    expect(await operator.evaluate(overhang), address).toBeLessThanOrEqual(0);
  }
  expect(await operator.title()).not.toContain('broken in');
});

test('a path that hides what it is, or leaves the repository, is refused before anybody is asked', async ({
  agent,
  unique,
}) => {
  for (const path of [`${unique}${override}txt.exe`, '../outside', '/etc/passwd', '.git/hooks/post-commit']) {
    const submission = agent.submits({ goal: 'Hide', branch: unique, files: [{ path, content: 'x' }] });
    await expect(submission, path).rejects.toThrow(/Refused: .*files\[0\]\.path|Refused: .*files\.0\.path/);
  }
});
