const gapPx = 12;

/** Where the window on the changes begins: below the tabs, which stay in sight and hide what is under them. */
const topEdge = (scroller: HTMLElement): number => {
  const tabs = scroller.querySelector<HTMLElement>('[role="tablist"]');
  return scroller.getBoundingClientRect().top + (tabs?.offsetHeight ?? 0) + gapPx;
};

/** The first change of a card is seen with the card's head, which says what is changed. */
const placeOf = (change: Element): Element => {
  const card = change.closest('[data-diff-card]');
  return card?.querySelector('[data-change]') === change ? card : change;
};

/** Scrolls to the next change below the top edge (1), or to the one above it (-1). */
export const stepThroughChanges = (scroller: HTMLElement | null, direction: 1 | -1): void => {
  if (!scroller) return;
  const edge = topEdge(scroller);
  const tops = [...scroller.querySelectorAll('[data-change]')].map(
    (element) => placeOf(element).getBoundingClientRect().top,
  );
  const next = direction === 1 ? tops.find((top) => top > edge + 2) : tops.findLast((top) => top < edge - 2);
  if (next !== undefined) scroller.scrollBy({ top: next - edge, behavior: 'smooth' });
};

/** Ticks "viewed" of the change at the top of the window. */
export const toggleViewed = (scroller: HTMLElement | null): void => {
  if (!scroller) return;
  const edge = topEdge(scroller);
  const cards = [...scroller.querySelectorAll<HTMLElement>('[data-diff-card]')];
  const card = cards.find((element) => element.getBoundingClientRect().bottom > edge);
  card?.querySelector<HTMLInputElement>('[data-viewed-toggle]')?.click();
};
