import { afterEach, describe, expect, it, vi } from 'vitest';
import { stepThroughChanges, toggleViewed } from './step-through-changes.ts';

/** A scroller below a header of 48 px, with tabs of 44 px and two cards at these heights on screen. */
const scroller = (firstTop: number, secondTop: number) => {
  document.body.innerHTML = `
    <div id="scroller"><div role="tablist"></div>
      <section data-diff-card><p data-change></p><p data-change></p><input data-viewed-toggle type="checkbox"></section>
      <section data-diff-card><p data-change></p><input data-viewed-toggle type="checkbox"></section>
    </div>`;
  const element = document.querySelector<HTMLElement>('#scroller');
  if (!element) throw new Error('There is no scroller.');
  const place = (target: Element | null | undefined, top: number, bottom = top + 20) => {
    if (target) target.getBoundingClientRect = () => ({ top, bottom }) as DOMRect;
  };
  const [first, second] = element.querySelectorAll('[data-diff-card]');
  const [one, two, three] = element.querySelectorAll('[data-change]');
  place(element, 48);
  place(first, firstTop, secondTop - 12);
  place(one, firstTop + 40);
  place(two, firstTop + 200);
  place(second, secondTop, secondTop + 100);
  place(three, secondTop + 40);
  const tabs = element.querySelector('[role="tablist"]');
  if (tabs) Object.defineProperty(tabs, 'offsetHeight', { value: 44 });
  const scrollBy = vi.fn<(options: ScrollToOptions) => void>();
  element.scrollBy = scrollBy as typeof element.scrollBy;
  return { element, movedBy: (): unknown => scrollBy.mock.calls[0]?.[0]?.top };
};

const edge = 48 + 44 + 12;

describe('stepThroughChanges', () => {
  afterEach(() => {
    document.body.innerHTML = '';
  });

  it('brings the head of the next card right below the tabs', () => {
    const { element, movedBy } = scroller(500, 900);
    stepThroughChanges(element, 1);
    expect(movedBy()).toBe(500 - edge);
  });

  it('goes from one change to the next within a card', () => {
    const { element, movedBy } = scroller(edge, 900);
    stepThroughChanges(element, 1);
    expect(movedBy()).toBe(200);
  });

  it('goes back to the change above the window', () => {
    const { element, movedBy } = scroller(-300, edge);
    stepThroughChanges(element, -1);
    expect(movedBy()).toBe(-100 - edge);
  });

  it('ticks the card below the tabs, not one that they hide', () => {
    const { element } = scroller(0, edge + 4);
    toggleViewed(element);
    const ticked = [...element.querySelectorAll('input')].map(({ checked }) => checked);
    expect(ticked).toEqual([false, true]);
  });
});
