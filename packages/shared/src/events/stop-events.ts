import { z } from 'zod';
import { releaseStages, sourceKinds, stopModes, stopScopes } from '../index.ts';
import { count, event, id, moment, oneOf, said, text } from './fields.ts';

const killSwitch = {
  killSwitchId: id('the switch'),
  kind: oneOf(stopScopes, 'what kind of scope it stops'),
  value: said('the environment, platform, agent or action type'),
  isDrill: z.boolean().describe('whether it only measures and stops nothing'),
};
const quarantined = {
  quarantineId: id('the quarantine'),
  kind: z.enum(sourceKinds).nullable().describe('WEB, MAIL, MESSAGE, FILE or TOOL, or null for any'),
  reference: text('the pattern of the sources'),
  reason: text('why'),
};

/** What people stop, and what rests on a poisoned source. */
export const stopEvents = {
  'kill_switch.engaged': event('Somebody stopped work at once, or drilled it.', {
    ...killSwitch,
    mode: oneOf(stopModes, 'PAUSE lets what is in flight finish, HALT ends it too'),
    reason: text('why'),
  }),
  'kill_switch.acknowledged': event('A worker knows of a stage of a kill switch.', {
    ...killSwitch,
    epoch: count('which stage it was, from 1'),
    worker: text('the worker'),
    inHand: count('how many of its steps the switch covers'),
  }),
  'kill_switch.release_asked': event(
    'A person asked to release a kill switch; a second one must say the same.',
    {
      ...killSwitch,
      stage: oneOf(releaseStages, 'to which stage'),
      reason: text('why'),
      given: count('how many people said so'),
      required: count('how many must'),
      endsAt: moment('until when this word counts').exactOptional(),
    },
  ),
  'kill_switch.staged': event('A kill switch was released in part.', {
    ...killSwitch,
    stage: oneOf(releaseStages, 'what goes on: OBSERVE, what only reads; LOW_RISK, what is of low risk too'),
    reason: text('why'),
  }),
  'kill_switch.released': event('A kill switch was released: all goes on.', {
    ...killSwitch,
    stage: oneOf(releaseStages, 'ALL'),
    reason: text('why'),
  }),
  'source.quarantined': event('A person keeps everything that rests on a source from going on.', quarantined),
  'source.released': event('A person lets what rests on a source go on.', quarantined),
} as const;
