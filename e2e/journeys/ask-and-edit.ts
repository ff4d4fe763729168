import { createApprovalsPage } from '../pages/approvals.ts';
import { barriers } from '../pages/barriers.ts';
import { desktop, phone } from '../pages/screens.ts';
import { expect, test } from '../test.ts';

test('who decides asks, wants changes, and edits what is asked for, by keyboard', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `ask-${unique}.txt`;
  await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  const approvals = createApprovalsPage(operator);
  await approvals.open(stack.url);
  await approvals.choose(path);
  await expect(approvals.approve).toBeEnabled();
  await approvals.list.focus();
  await operator.keyboard.press('c');
  const words = approvals.review.getByRole('textbox', { name: 'What you want to know or changed' });
  await expect(words).toBeFocused();
  await words.fill('Which ticket is this for?');
  await operator.keyboard.press('Control+Enter');
  const talk = approvals.review.getByRole('region', { name: 'Questions and changes' });
  await expect(talk).toContainText('Operator asks: Which ticket is this for?');
  await expect(talk).toContainText('No answer yet.');

  await expect(approvals.approve).toBeEnabled();
  await operator.keyboard.press('e');
  const form = approvals.review.getByRole('form', { name: 'Edit rev 1' });
  const message = form.getByRole('textbox', { name: 'message' });
  await message.fill('Say it better');
  await expect(form.getByRole('region', { name: 'Proposed, and yours' })).toContainText('Say it better');
  await form.getByRole('button', { name: 'Make it rev 2' }).click();
  await expect(talk).toContainText('Operator edited what was proposed: rev 2 is what came of it.');
  await expect(approvals.bar).toContainText('somebody else decides');
});

for (const { width, screen } of [
  { width: 1440, screen: desktop },
  { width: 390, screen: phone },
]) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`nothing bars the way to asking and editing at ${width} px, ${colorScheme}`, async ({
      agent,
      opensBrowser,
      operatorSession,
      stack,
      unique,
    }, info) => {
      const path = `bars-${unique}.txt`;
      const task = await agent.submits({
        goal: `Add ${path}`,
        branch: unique,
        files: [{ path, content: 'x\n' }],
      });
      const page = await opensBrowser(operatorSession, { ...screen, colorScheme, reducedMotion: 'reduce' });
      const { approval } = await agent.sees(task);
      await page.goto(`${stack.url}/approvals/${approval?.id ?? ''}`);
      const approvals = createApprovalsPage(page);
      for (const button of ['Ask…', 'Edit…']) {
        await approvals.bar.getByRole('button', { name: button }).click();
        await expect(approvals.review.getByRole('form')).toBeVisible();
        expect(await barriers(page), button).toEqual([]);
        await page.screenshot({ path: info.outputPath(`${button}-${width}-${colorScheme}.png`) });
        await page.getByRole('button', { name: 'Back', exact: true }).click();
        await expect(approvals.bar).toBeVisible();
      }
    });
  }
}
