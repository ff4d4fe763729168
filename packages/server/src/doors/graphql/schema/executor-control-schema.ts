import type { ExecutorControl } from '../../../domain/executor-control.ts';
import { hasRight } from '../../../domain/principal.ts';
import type { PlatformLoad } from '../../../domain/queue.ts';
import type { ExecutorCommands, KnownControls } from '../../../modules/platforms/index.ts';
import type { ExecutorHealth } from '../../../platforms/index.ts';
import type { Builder, Types } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export interface ExecutorControlSources {
  readonly operations: ExecutorCommands;
  readonly controls: Pick<KnownControls, 'ofTenant'>;
  readonly readLoads: () => Promise<readonly PlatformLoad[]>;
  readonly isSandbox: (platform: string) => boolean;
  readonly findExecutor: (platform: string) => Promise<ExecutorHealth | null>;
}

/** An operator's word on a platform: how it is given, and where it is seen. */
export const addExecutorControl = (
  builder: Builder,
  refs: Refs,
  executor: PothosSchemaTypes.ObjectRef<Types, ExecutorHealth>,
  { operations, controls, findExecutor, readLoads, isSandbox }: ExecutorControlSources,
): void => {
  const control = defineType<ExecutorControl>(
    builder,
    'ExecutorControl',
    "What an operator said of a platform, for your tenant's work.",
    {
      mode: [refs.enums.executorMode, 'OPEN or DRAIN.'],
      by: ['String', 'Who said so, by name.'],
      reason: ['String', 'Why.'],
      at: ['DateTime', 'Since when.'],
    },
  );
  const load = defineType<Omit<PlatformLoad, 'platform'>>(
    builder,
    'PlatformLoad',
    'What of the queue is for one platform, of all tenants.',
    {
      waiting: ['Int', 'Steps that could run and wait for a slot or for the platform.'],
      held: ['Int', 'Steps that are held, or put off, and come later.'],
      running: ['Int', 'Steps that run.'],
    },
  );
  builder.objectFields(executor, (t) => ({
    isSandbox: t.boolean({
      description: 'Whether it is emulated here, because none is configured: nothing reaches a real system.',
      resolve: ({ platform }) => isSandbox(platform),
    }),
    load: t.field({
      type: load,
      description: 'How much of the queue is for it; about a second old.',
      resolve: async ({ platform }) =>
        (await readLoads()).find((each) => each.platform === platform) ?? { waiting: 0, held: 0, running: 0 },
    }),
    control: t.field({
      type: control,
      nullable: true,
      description: 'What an operator keeps from it; null where it goes on.',
      resolve: async ({ platform }, _args, { viewer }) =>
        (await controls.ofTenant(viewer.tenantId)).get(platform) ?? null,
    }),
    viewerCanControl: t.boolean({
      description: 'Whether you may open, drain and close it.',
      resolve: (_executor, _args, { viewer }) => hasRight(viewer, 'OPERATE'),
    }),
  }));
  const controlled = refs.payload<ExecutorControl>(
    'ControlExecutorPayload',
    "What became of an operator's word on a platform.",
    (give) => ({
      executor: give(executor, 'The platform as it is now.', ({ platform }) => findExecutor(platform)),
    }),
  );
  refs.command(operations.controlExecutor, controlled);
};
