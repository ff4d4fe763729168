import { vi } from 'vitest';

class Observer {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
}

/** jsdom has no layout, so it has no sizes, media queries and fonts: what Mantine asks of them is answered by nothing. */
export const standInForLayout = (): void => {
  vi.stubGlobal('ResizeObserver', Observer);
  // Files of tests share one document.
  Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });
  // Without sizes nothing is hidden.
  Element.prototype.checkVisibility = () => true;
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), {
      matches: false,
      media,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    });
};
