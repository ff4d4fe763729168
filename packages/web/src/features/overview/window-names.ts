import type { MetricsWindow } from '@countersign/shared';

/** The windows as people and addresses write them. */
export const windowNames = ['1h', '6h', '24h', '7d'] as const;
export type WindowName = (typeof windowNames)[number];

export const windowOf: Readonly<Record<WindowName, MetricsWindow>> = {
  '1h': 'LAST_HOUR',
  '6h': 'LAST_6_HOURS',
  '24h': 'LAST_24_HOURS',
  '7d': 'LAST_7_DAYS',
};
