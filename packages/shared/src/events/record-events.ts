import { z } from 'zod';
import { backupStates, restoreStates } from '../index.ts';
import { code, count, event, hash, id, moment, names, oneOf, text } from './fields.ts';

/** What happens to the record itself, and what nobody may do. */
export const recordEvents = {
  'audit.exported': event('Somebody took a copy of the record, or of the evidence of a task.', {
    what: oneOf(['RECORD', 'EVIDENCE'], 'RECORD or EVIDENCE'),
    through: oneOf(['CLI', 'API'], 'CLI or API'),
  }),
  'audit.erased': event(
    'What entries of the record said was taken out of it; that they happened, when and by whom, stays.',
    {
      entries: names('the `seq` of each of them'),
      reason: text('why'),
    },
  ),
  'audit.archived': event(
    'Old entries of the record were written to a file and verified there; the log loses them after this.',
    {
      number: count('which archive of the tenant'),
      entries: count('how many entries'),
      from: text('the place in the log from which on it holds them'),
      to: text('the `seq` of the last of them'),
      root: text('of the sealed tree with them'),
      file: text('the name of the file, below the archive folder'),
      sha256: text('of the file'),
    },
  ),
  'audit.key_rotated': event('From now on another key seals the record.', {
    from: text('the id of the key before'),
    to: text('the id of the key that seals from now on'),
    isSigned: z.boolean().describe('whether the key before was there and signed for the next'),
    signature: text('of the key before over the next, in base64; left out where it was lost').exactOptional(),
    reason: text('why'),
  }),
  'legal_hold.placed': event(
    'A person keeps what belongs to a task, or to the whole tenant, from being erased and removed.',
    { holdId: id('the hold'), reason: text('why') },
  ),
  'legal_hold.released': event('A person lets what was held go by its time again.', {
    holdId: id('the hold'),
    reason: text('why'),
  }),
  'backup.taken': event(
    'Somebody takes a backup of the whole installation; written before its first byte is.',
    {
      backupId: id('the backup'),
      through: oneOf(['CLI', 'API', 'SCHEDULE'], 'CLI, API, or SCHEDULE where its time had come'),
    },
  ),
  'backup.progressed': event(
    'A backup that the server takes came a step further, or ended. Only in the log of the tenant that the installation began with.',
    {
      backupId: id('the backup'),
      state: oneOf(backupStates, 'STAGED, APPLYING, VALIDATING, COMPLETE or FAILED'),
      reason: text('why it was asked for, where somebody said so').exactOptional(),
      sha256: hash('of its manifest, in hex, where it is complete').exactOptional(),
      error: text('why it failed').exactOptional(),
    },
  ),
  'restore.progressed': event(
    'The restore of a backup beside what runs was asked for, approved or discarded, came a step further, or ended. Only in the log of the tenant that the installation began with.',
    {
      restoreId: id('the restore'),
      backupId: id('the backup'),
      state: oneOf(
        restoreStates,
        'AWAITING_APPROVAL, STAGED once a second person approved it, APPLYING, VALIDATING, COMPLETE, FAILED or DISCARDED',
      ),
      reason: text('why it was asked for or discarded').exactOptional(),
      error: text('why it failed').exactOptional(),
    },
  ),
  'backup.restored': event(
    'The installation goes on from a backup; what was done after that was taken is not in this log.',
    { backupId: id('the backup'), takenAt: moment('when it was taken') },
  ),
  'configuration.reloaded': event(
    'A process read its configuration again, and all that it could take up of it counts.',
    {
      process: text('its name'),
      cause: oneOf(['SIGNAL', 'API', 'SECRETS'], 'SIGNAL, API, or SECRETS where one was rotated'),
      reason: text('why, where somebody said so').exactOptional(),
      applied: names('settings that count now, `secret NAME` and `policy data`; 100 at most'),
      needsRestart: names('settings that wait for a restart; 100 at most'),
    },
  ),
  'configuration.refused': event(
    'A process read its configuration again, and it had faults: the one from before counts.',
    {
      process: text('its name'),
      cause: oneOf(['SIGNAL', 'API', 'SECRETS'], 'SIGNAL, API, or SECRETS where one was rotated'),
      reason: text('why, where somebody said so').exactOptional(),
      faults: names('each fault with where it is; 100 at most'),
    },
  ),
  'attempt.refused': event('Somebody tried what they may not do; the same within a minute is counted.', {
    operation: text('what they asked for'),
    code: code.describe('the code of the refusal'),
    count: count('how often, since the last entry of this kind'),
  }),
} as const;
