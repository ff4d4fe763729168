const marginPx = 56;

/** Scrolls to the next change below the top edge (1), or to the one above it (-1). */
export const stepThroughChanges = (scroller: HTMLElement | null, direction: 1 | -1): void => {
  if (!scroller) return;
  const edge = scroller.getBoundingClientRect().top + marginPx;
  const tops = [...scroller.querySelectorAll('[data-change]')].map(
    (element) => element.getBoundingClientRect().top,
  );
  const next = direction === 1 ? tops.find((top) => top > edge + 2) : tops.findLast((top) => top < edge - 2);
  if (next !== undefined) scroller.scrollBy({ top: next - edge, behavior: 'smooth' });
};

/** Ticks "viewed" of the change at the top of the window. */
export const toggleViewed = (scroller: HTMLElement | null): void => {
  if (!scroller) return;
  const top = scroller.getBoundingClientRect().top;
  const cards = [...scroller.querySelectorAll<HTMLElement>('[data-diff-card]')];
  const card = cards.find((element) => element.getBoundingClientRect().bottom > top + marginPx);
  card?.querySelector<HTMLInputElement>('[data-viewed-toggle]')?.click();
};
