import { lazy, Suspense, useState, type ComponentType } from 'react';
import { SilentKeys } from './use-silent-keys.ts';

/**
 * A part that opens at a press, and may be fetched ahead. What is there is drawn at once: React holds back for 300 ms
 * what had to be waited for, and whoever types by then types into nothing. What did not come is asked for again when it
 * is opened again.
 */
export const fetchedPart = <Props extends { readonly onClose: () => void }>(
  load: () => Promise<ComponentType<Props>>,
) => {
  let fetched: ComponentType<Props> | null = null;
  const fetch = (): Promise<ComponentType<Props>> => load().then((part) => (fetched = part));
  const Part = (props: Props) => {
    const [Shown] = useState<ComponentType<Props>>(
      () => fetched ?? lazy(() => fetch().then((part) => ({ default: part }))),
    );
    return (
      // Typed for what is on its way, letters would reach the page below.
      <Suspense fallback={<SilentKeys onLeave={() => props.onClose()} />}>
        <Shown {...props} />
      </Suspense>
    );
  };
  return Object.assign(Part, { fetch });
};
