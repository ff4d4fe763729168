import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { desktop, phone } from './screens.ts';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What would stop somebody, in a line each. */
export const barriers = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page })
    // What passes is not put together either.
    .options({ resultTypes: ['violations'] })
    .withTags(standards)
    // In the page itself: the console has no frames, and the other way opens a second page for each look.
    .setLegacyMode()
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
    );
};

/** Of the page as it stands, as wide as a phone and as a desktop, as which it is left. */
export const barriersAtAnyWidth = async (page: Page): Promise<string[]> => {
  // What is still fading in has no contrast to judge yet.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const found: string[] = [];
  for (const { viewport } of [phone, desktop]) {
    await page.setViewportSize(viewport);
    found.push(...(await barriers(page)).map((barrier) => `${viewport.width} px: ${barrier}`));
  }
  return found;
};
