import type { ExecutorMode } from '@countersign/shared';
import type { Hold } from './hold.ts';

/** What an operator last said of a platform, for the work of their tenant. */
export interface ExecutorControl {
  readonly tenantId: string;
  readonly platform: string;
  readonly mode: ExecutorMode;
  /** Who said so, by name. */
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

const words: Readonly<Record<ExecutorMode, string>> = { OPEN: 'opened', DRAIN: 'drained', CLOSE: 'closed' };

/** Who did what to the platform, and why. */
export const controlWords = ({ platform, mode, by, reason }: ExecutorControl): string =>
  `${by} ${words[mode]} ${platform}: ${reason}`;

/** What the word keeps from beginning; null where it lets go. */
export const controlHold = (control: ExecutorControl | undefined): Hold | null =>
  !control || control.mode === 'CLOSE'
    ? null
    : { rule: `platform.${words[control.mode]}`, reason: controlWords(control), until: null };

/** What cannot be read counts as a word that stops everything. */
export const unreadableControl: Hold = {
  rule: 'platform.opened',
  reason: 'Whether an operator has opened or drained the platform cannot be read, which counts as yes.',
  until: null,
};

/** Whether nothing at all may be sent to the platform. */
export const isCutOff = (hold: Hold): boolean => hold.rule === 'platform.opened';
