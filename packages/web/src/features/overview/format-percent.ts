/** A rate in percent. Only all is 100 % and only nothing is 0 %: one failure among many stays visible. */
export const formatPercent = (rate: number): string => {
  if (rate <= 0) return '0%';
  if (rate >= 1) return '100%';
  const tenths = Math.floor(rate * 1_000 + 1e-9);
  return `${(Math.min(999, Math.max(1, tenths)) / 10).toFixed(1)}%`;
};
