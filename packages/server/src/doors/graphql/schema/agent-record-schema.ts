import type { Feedback } from '../../../domain/feedback.ts';
import type { TrackCounts } from '../../../domain/track-record.ts';
import type { Agent } from '../../../modules/autonomy/index.ts';
import type { AgentRecord, AgentViews } from '../../../modules/quality/index.ts';
import type { Builder, Types } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

interface AgentDay extends TrackCounts {
  readonly day: Date;
  readonly score: number | null;
}

/** What is on record of an agent, beside how much it may do. */
export const addAgentRecordSchema = (
  builder: Builder,
  refs: Refs,
  {
    agent,
    feedback,
    agents,
  }: {
    readonly agent: PothosSchemaTypes.ObjectRef<Types, Agent>;
    readonly feedback: PothosSchemaTypes.ObjectRef<Types, Feedback>;
    readonly agents: AgentViews;
  },
): void => {
  const counts = {
    succeeded: ['Int', 'Runs that succeeded.'],
    failed: ['Int', 'Runs that failed.'],
    rolledBack: ['Int', 'Runs that were rolled back.'],
    needsAttention: ['Int', 'Runs that needed a person.'],
    approved: ['Int', 'Requests that people approved.'],
    rejected: ['Int', 'Requests that people rejected.'],
    rated: ['Int', 'Feedback that counts.'],
    stars: ['Int', 'The sum of its ratings, 1 to 5 each.'],
    faults: ['Int', 'How much of it found fault.'],
  } as const;
  const record = defineType<AgentRecord>(
    builder,
    'AgentRecord',
    "What came of an agent's work within the window, as quality scores count it.",
    { ...counts, windowDays: ['Int', 'How many days count.'] },
  );
  const day = defineType<AgentDay>(builder, 'AgentDay', "What came of an agent's work on one day.", {
    ...counts,
    day: ['DateTime', 'The first moment of the day, UTC.'],
    score: [
      'Int',
      'The mean of the scores of its plans of that day; null where there were none.',
      'nullable',
    ],
  });
  builder.objectFields(agent, (t) => ({
    record: t.field({
      type: record,
      description: 'What came of its work.',
      complexity: { field: 10 },
      resolve: ({ principal }, _args, { viewer }) => agents.record(viewer, principal.id),
    }),
    days: t.field({
      type: [day],
      description: 'The same by day, oldest first; days on which nothing counted are left out.',
      complexity: { field: 20, multiplier: 10 },
      resolve: async ({ principal }, _args, { viewer }) =>
        (await agents.days(viewer, principal.id)).map(({ counts: counted, ...rest }) => ({
          ...counted,
          ...rest,
        })),
    }),
    feedback: t.field({
      type: [feedback],
      description: 'What is said of what its tasks came to, the newest 20.',
      complexity: { field: 20, multiplier: 10 },
      resolve: async ({ principal }, _args, { viewer }) => [...(await agents.feedback(viewer, principal.id))],
    }),
    recentTasks: t.field({
      type: [refs.task],
      description: 'Its newest 20 tasks.',
      complexity: { field: 20, multiplier: 20 },
      resolve: async ({ principal }, _args, { viewer }) => [
        ...(await agents.recentTasks(viewer, principal.id)),
      ],
    }),
  }));
};
