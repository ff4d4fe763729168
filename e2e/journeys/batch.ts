import { barriers } from '../pages/barriers.ts';
import { desktop, phone } from '../pages/screens.ts';
import { expect, test } from '../test.ts';

for (const { width, screen } of [
  { width: 1440, screen: desktop },
  { width: 390, screen: phone },
]) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`several are decided in one press, and nothing bars the way, at ${width} px, ${colorScheme}`, async ({
      agent,
      opensBrowser,
      operatorSession,
      stack,
      unique,
    }, info) => {
      const paths = ['one', 'two', 'three'].map((name) => `${name}-${unique}.txt`);
      const tasks = await Promise.all(
        paths.map((path, index) =>
          agent.submits({
            goal: `Add ${path}`,
            branch: `${unique}-${index}`,
            files: [{ path, content: 'x\n' }],
          }),
        ),
      );
      const page = await opensBrowser(operatorSession, { ...screen, colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${stack.url}/approvals/batch`);
      const list = page.getByRole('list', { name: 'Requests that wait for you' });
      for (const path of paths)
        await list.getByRole('checkbox', { name: new RegExp(path.replaceAll('.', '\\.')) }).click();
      await expect(page.getByText('3 of', { exact: false })).toBeVisible();
      expect(await barriers(page)).toEqual([]);
      await page.screenshot({ path: info.outputPath(`batch-${width}-${colorScheme}.png`) });
      await page.getByRole('button', { name: 'Approve 3', exact: true }).click();
      await expect(page.getByRole('status').filter({ hasText: '3 approved.' })).toBeVisible();
      for (const task of tasks) expect((await agent.sees(task)).approval?.status).toBe('APPROVED');
    });
  }
}
