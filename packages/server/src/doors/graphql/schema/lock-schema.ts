import type { LockParty, LockQueries, LockView } from '../../../modules/execution/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export const addLockSchema = (builder: Builder, refs: Refs, { locks }: LockQueries): void => {
  const party = defineType<LockParty>(
    builder,
    'LockParty',
    'A task that has something for itself until it ends, or waits for it.',
    {
      taskId: ['ID', "The task; null where it is another tenant's.", 'nullable'],
      since: ['DateTime', 'Since when it has it, or asks for it.'],
    },
  );
  const lock = defineType<LockView>(
    builder,
    'ResourceLock',
    'Something that only one task changes at a time: a branch, a page, a file, a deployment.',
    {
      name: ['String', 'The platform and what it is there: `git:/srv/demo.git/refs/heads/main`.'],
      holder: [party, 'Who has it; null where it is kept for who waits for it longest.', 'nullable'],
      waiting: [[party], 'Who waits for it, the next one first.'],
    },
  );
  refs.query(locks, { type: [lock] });
};
