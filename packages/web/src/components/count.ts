import { mostCounted } from '@countersign/shared';

/** `12`, `2,200`, `10,000+`: the server counts no further. */
export const formatCount = (count: number): string =>
  `${count.toLocaleString('en')}${count < mostCounted ? '' : '+'}`;

/** For `aria-rowcount` and `aria-setsize`, where -1 says that nobody knows how many there are. */
export const ariaCount = (count: number, more = 0): number => (count < mostCounted ? count + more : -1);
