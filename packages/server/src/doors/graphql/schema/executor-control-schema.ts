import type { ExecutorControl } from '../../../domain/executor-control.ts';
import { hasRight } from '../../../domain/principal.ts';
import type { ExecutorCommands, KnownControls } from '../../../modules/platforms/index.ts';
import type { ExecutorHealth } from '../../../platforms/index.ts';
import type { Builder, Types } from './builder.ts';
import { given } from './payload-types.ts';
import type { Refs } from './refs.ts';
import { defineType } from './told-fields.ts';

export interface ExecutorControlSources {
  readonly operations: ExecutorCommands;
  readonly controls: Pick<KnownControls, 'ofTenant'>;
  readonly findExecutor: (platform: string) => Promise<ExecutorHealth | null>;
}

/** An operator's word on a platform: how it is given, and where it is seen. */
export const addExecutorControl = (
  builder: Builder,
  refs: Refs,
  executor: PothosSchemaTypes.ObjectRef<Types, ExecutorHealth>,
  { operations, controls, findExecutor }: ExecutorControlSources,
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
  builder.objectFields(executor, (t) => ({
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
    (t) => ({
      executor: t.field({
        type: executor,
        nullable: true,
        description: 'The platform as it is now.',
        resolve: (outcome) => given(({ platform }: ExecutorControl) => findExecutor(platform))(outcome),
      }),
    }),
  );
  refs.command(operations.controlExecutor, controlled);
};
