import { z } from 'zod';
import { alertKinds, breakerStates, healthStatuses, sourceTrusts } from '../index.ts';
import { count, event, id, moment, oneOf, text } from './fields.ts';

const control = { platform: text('its name'), reason: text('why') };
const alert = {
  kind: oneOf(alertKinds, 'QUEUE_DEPTH, EXECUTOR_DOWN, RETENTION_BEHIND or BACKUP_OLD'),
  subject: text('the lane, or the platform'),
  message: text('what was seen when it was raised'),
  since: moment('when it was raised'),
};

/** How platforms do, what operators say of them, and what is read in. */
export const platformEvents = {
  'executor.opened': event(
    "An operator opened a platform: nothing goes out to it for the tenant's work.",
    control,
  ),
  'executor.drained': event(
    'An operator drained a platform: nothing new is begun on it, and what is in flight finishes.',
    control,
  ),
  'executor.closed': event('An operator let a platform go on; its circuit breakers are closed.', control),
  'executor.health_changed': event('All processes together see a platform otherwise than before.', {
    platform: text('its name'),
    previousStatus: oneOf(healthStatuses, 'HEALTHY, DEGRADED or DOWN'),
    currentStatus: oneOf(healthStatuses, 'HEALTHY, DEGRADED or DOWN'),
    circuitBreaker: z
      .strictObject({
        state: oneOf(breakerStates, 'CLOSED, OPEN or HALF_OPEN'),
        failureCount: count('failures in a row'),
      })
      .describe('`state` (CLOSED, OPEN or HALF_OPEN) and `failureCount` of the one in most trouble'),
  }),
  'alert.raised': event('Something needs a look: a lane is long, or a platform is down.', alert),
  'alert.cleared': event('It is well again.', alert),
  'data.imported': event('Data was taken in: assets, or a catalogue, from a file or a platform.', {
    importId: id('the import'),
    dataSet: text('INVENTORY, VULNERABILITY, CONTROL, CHARGE, LOG, IMAGE, API or TERRAFORM_PLAN'),
    source: text('who it is from'),
    rows: count('the rows of the file'),
    added: count('of them new'),
    changed: count('of them other than before'),
    retired: count('rows that stood before and are over'),
    trust: oneOf(sourceTrusts, 'whether anybody outside could have written it'),
  }),
} as const;
