import { useMediaQuery } from '@mantine/hooks';

const atOnce = { getInitialValueInEffect: false } as const;

/** One thing at a time: there is no room beside a list. */
export const useIsNarrow = (): boolean => useMediaQuery('(max-width: 767px)', undefined, atOnce);
/** Room for two columns of code. */
export const useIsWide = (): boolean => useMediaQuery('(min-width: 1200px)', undefined, atOnce);
