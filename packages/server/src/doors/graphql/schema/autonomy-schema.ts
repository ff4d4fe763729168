import type { OutputRef } from '@pothos/core';
import type { AutonomyLevel } from '../../../domain/autonomy.ts';
import { hasRight } from '../../../domain/principal.ts';
import type {
  Agent,
  AutonomyAskView,
  AutonomyCommands,
  AutonomyQueries,
  AutonomyView,
  SetLevel,
} from '../../../modules/autonomy/index.ts';
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
  const ask = defineType<AutonomyAskView>(
    builder,
    'AutonomyAsk',
    'A word that more run without a person, which waits for a second person who says the same.',
    {
      level: ['Int', 'What it asks for; null to take the word before back.', 'nullable'],
      by: ['String', 'Who, by name.'],
      reason: ['String', 'Why.'],
      at: ['DateTime', 'When.'],
      endsAt: ['DateTime', 'Until when it counts.'],
    },
  );
  const level = defineType<AutonomyView>(
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
      asks: [[ask], 'Who asked for more, until a second person says the same.'],
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
  refs.command(setAutonomy, addSetPayload(refs, level));
  return { agent };
};

const addSetPayload = (refs: Refs, level: OutputRef<AutonomyView>) =>
  refs.payload<SetLevel>('SetAutonomyPayload', 'What became of a level of autonomy.', (give, t) => {
    const count = (description: string, pick: (value: SetLevel) => number) =>
      t.int({
        nullable: true,
        description,
        resolve: (outcome) => (outcome.ok ? pick(outcome.value) : null),
      });
    return {
      autonomy: give(level, 'As it is now.', (value) => value.autonomy),
      isSet: t.boolean({
        nullable: true,
        description: 'Whether it holds now; false where a second person must say the same.',
        resolve: (outcome) => (outcome.ok ? outcome.value.isSet : null),
      }),
      given: count('How many people have said so.', ({ given }) => given),
      required: count('How many must.', ({ required }) => required),
    };
  });
