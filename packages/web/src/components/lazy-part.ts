import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

/**
 * A part that its page is whole without, fetched when it is first shown. Where the server goes away before it came, it
 * is not there until a reload, and breaks nothing.
 */
export const lazyPart = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> =>
  lazy(() =>
    load().then(
      (part) => ({ default: part }),
      (): { default: ComponentType<Props> } => ({ default: () => null }),
    ),
  );
