import { createStoredChoice, useStoredChoice } from './stored-choice.ts';

/** Whether keys without a modifier do anything; people who speak to their machine turn them off. */
export const singleKeys = createStoredChoice('countersign.single-keys', ['on', 'off'], () => 'on');

export const densities = ['compact', 'default', 'comfortable'] as const;
export type Density = (typeof densities)[number];

/** How close the rows of a list stand; a finger needs more room than a pointer. */
export const density = createStoredChoice<Density>('countersign.density', densities, () =>
  window.matchMedia('(pointer: coarse)').matches ? 'comfortable' : 'default',
);

/** Whether the two sides of a change stand beside each other. */
export const splitDiff = createStoredChoice('countersign.split-diff', ['on', 'off'], () => 'off');

const rowHeightsPx: Readonly<Record<Density, number>> = { compact: 28, default: 34, comfortable: 44 };

export const useRowHeightPx = (): number => rowHeightsPx[useStoredChoice(density)];
