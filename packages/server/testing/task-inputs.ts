import type { LedgerAction } from './ledger.ts';
import type { TaskInput } from './people.ts';

/** Does nothing, after `delayMs` if given; runs without a person. */
export const anErrand = (
  params: { delayMs?: number; label?: string } = {},
  more: object = {},
): TaskInput => ({
  goal: 'Run an errand',
  actions: [{ type: 'noop.run', params }],
  ...more,
});

/** Asks for a person's word first. */
export const aRiskyTask = (more: object = {}): TaskInput => anErrand({}, { requiresApproval: true, ...more });

let count = 0;
/** A name that no other task of this process uses. */
export const aResource = (): string => `resource-${process.pid}-${(count += 1)}`;

/** One effect on one resource of the ledger; runs without a person in DEVELOPMENT. */
export const anEffect = (type: LedgerAction, resource: string, more: object = {}): TaskInput => ({
  goal: `Append to ${resource}`,
  actions: [{ type, params: { resource, value: 1 } }],
  retry: { maxRetries: 5, initialDelayMs: 20, maxDelayMs: 200 },
  ...more,
});
