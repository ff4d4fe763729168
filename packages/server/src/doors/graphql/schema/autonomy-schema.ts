import type { AutonomyLevel } from '../../../domain/autonomy.ts';
import { hasRight } from '../../../domain/principal.ts';
import type { Agent, AutonomyCommands, AutonomyQueries } from '../../../modules/autonomy/index.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
import { pageComplexity } from './connection.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** How much runs without a person: who sets it, and where it is seen. */
export const addAutonomySchema = (
  builder: Builder,
  refs: Refs,
  { autonomy, agent: oneAgent, agents, setAutonomy }: AutonomyQueries & AutonomyCommands,
) => {
  const source = enumOf<AutonomyLevel['source']>(builder, 'AutonomySource', 'Who says so.', {
    POLICY: "The policy's data.",
    TENANT: 'An administrator, of everybody who submits.',
    AGENT: 'An administrator, of this one alone.',
  });
  const level = defineType<AutonomyLevel>(
    builder,
    'AutonomyLevel',
    'How much runs in an environment without a person.',
    {
      environment: [refs.enums.environment, 'Where.'],
      level: ['Int', 'How many classes of risk, least first: 0 for none, 4 for all.'],
      source: [source, 'Who says so.'],
      by: ['String', 'The administrator who set it, by name; null where policy says it.', 'nullable'],
      reason: ['String', 'Why; null where policy says it.', 'nullable'],
      at: ['DateTime', 'Since when; null where policy says it.', 'nullable'],
    },
    (t) => ({
      viewerCanSet: t.boolean({
        description: 'Whether you may set it.',
        resolve: (_level, _args, { viewer }) => hasRight(viewer, 'ADMINISTER'),
      }),
    }),
  );
  const agent = defineType<Agent>(
    builder,
    'Agent',
    'An agent or a service that may act in your tenant.',
    { autonomy: [[level], 'How much it may do without a person, by environment.'] },
    (t) => ({
      principal: t.field({
        type: refs.principal,
        description: 'Who it is.',
        resolve: ({ principal }) => principal,
      }),
    }),
  );
  refs.query(autonomy, { type: [level] });
  refs.query(oneAgent, { type: agent });
  refs.query(agents, { type: [agent], complexity: pageComplexity });
  const set = refs.payload<AutonomyLevel>(
    'SetAutonomyPayload',
    'What became of a level of autonomy.',
    (give) => ({ autonomy: give(level, 'As it is now.', (value) => value) }),
  );
  refs.command(setAutonomy, set);
  return { agent };
};
