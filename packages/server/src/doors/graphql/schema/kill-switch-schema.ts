import type {
  AskView,
  StopCommands,
  StopQueries,
  StopReach,
  StopStep,
  StopView,
  SwitchedStop,
  WorkerStop,
} from '../../../modules/stops/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export const addKillSwitchSchema = (
  builder: Builder,
  refs: Refs,
  operations: StopCommands & StopQueries,
): void => {
  const killSwitch = addKillSwitchType(builder, refs);
  const reach = defineType<StopReach>(
    builder,
    'StopPreview',
    'What a kill switch of a scope would stop now.',
    {
      running: ['Int', 'Steps in flight.'],
      queued: ['Int', 'Tasks that have still to run, or to go on.'],
      approvals: ['Int', 'Open requests: rejecting goes on, approving waits.'],
      uninterruptible: [
        'Int',
        'Of the steps in flight, those of which nobody would know what they did if they were ended: a person is asked then.',
      ],
    },
  );
  refs.query(operations.killSwitches, { type: [killSwitch] });
  refs.query(operations.stopPreview, { type: reach });
  refs.query(operations.stopScopes, { type: [refs.enums.stopScopeKind] });
  refs.query(operations.stopFile, { type: 'String', nullable: true });
  const switched = refs.payload<SwitchedStop>(
    'KillSwitchPayload',
    'What became of a word on a kill switch.',
    (give) => ({
      killSwitch: give(killSwitch, 'The switch as it is now.', ({ killSwitch: made }) => made),
      quietAfterMs: give(
        'Milliseconds',
        'Of one that was engaged: milliseconds until all that was intended before was committed. Nothing in its scope is intended after that.',
        ({ quietAfterMs }) => quietAfterMs,
      ),
    }),
  );
  refs.command(operations.engageKillSwitch, switched);
  refs.command(operations.releaseKillSwitch, switched);
};

const addKillSwitchType = (builder: Builder, { enums }: Refs) => {
  const scope = defineType<StopView['scope']>(builder, 'StopScope', 'What a kill switch stops.', {
    kind: [enums.stopScopeKind, 'What kind of scope it is.'],
    value: ['String', "The environment, platform, agent's UUID or action type; null for all.", 'nullable'],
    name: ['String', 'The same as people know it: of an agent, its name.', 'nullable'],
  });
  const ask = defineType<AskView>(builder, 'StopReleaseAsk', "A person's word that a stop may be released.", {
    stage: [enums.stopStage, 'To which stage.'],
    reason: ['String', 'Why.'],
    by: ['String', 'Who said so, by name.'],
    at: ['DateTime', 'When.'],
    endsAt: ['DateTime', 'Until when it counts: by then others must have said the same.'],
  });
  const step = defineType<StopStep>(builder, 'StopStep', 'A step in flight that a stop covers.', {
    taskId: ['ID', 'Its task.'],
    name: ['String', 'Its name in the plan.'],
    platform: ['String', 'The platform that it calls.'],
  });
  const worker = defineType<WorkerStop>(builder, 'StopWorker', 'What a worker says of a stop.', {
    worker: ['String', 'The process.'],
    acknowledgedAt: [
      'DateTime',
      'When it said that it knows; null where it has not answered yet.',
      'nullable',
    ],
    quietAt: ['DateTime', 'When it had nothing in hand any more that the stop covers.', 'nullable'],
    stillInHand: ['Int', 'Steps that it has in hand still, of all tenants.'],
    inHand: [[step], 'Those of your tenant.'],
  });
  return defineType<StopView>(builder, 'KillSwitch', "A person's stop of work across a scope.", {
    id: ['ID', 'Its UUID.'],
    scope: [scope, 'What it stops.'],
    mode: [enums.stopMode, 'What became of what was in flight.'],
    stage: [enums.stopStage, 'How far it was released.'],
    isDrill: ['Boolean', 'Whether it only measures, and stops nothing.'],
    reason: ['String', 'Why.'],
    by: ['String', 'Who engaged it, by name.'],
    engagedAt: ['DateTime', 'When it was engaged.'],
    stagedAt: ['DateTime', 'Since when it is at its stage.'],
    asks: [
      [ask],
      'Who asked to release it to its next stage; it goes there once as many people did as must.',
    ],
    required: ['Int', 'How many people release it.'],
    workers: [
      [worker],
      'What each worker says of its present stage; those that have nothing in hand any more are quiet. Empty a while after its release.',
    ],
    viewerCanRelease: ['Boolean', 'Whether you may release it, or ask to.'],
  });
};
