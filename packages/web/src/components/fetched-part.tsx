import { lazy, useState, type ComponentType } from 'react';

/**
 * A part that opens at a press, and may be fetched ahead. What is there is drawn at once: React holds back for 300 ms
 * what had to be waited for, and whoever types by then types into nothing.
 */
export const fetchedPart = <Props extends object>(load: () => Promise<ComponentType<Props>>) => {
  let fetched: ComponentType<Props> | null = null;
  const fetch = (): Promise<ComponentType<Props>> => load().then((part) => (fetched = part));
  const Awaited: ComponentType<Props> = lazy(() => fetch().then((part) => ({ default: part })));
  const Part = (props: Props) => {
    const [Shown] = useState<ComponentType<Props>>(() => fetched ?? Awaited);
    return <Shown {...props} />;
  };
  return Object.assign(Part, { fetch });
};
