import type { PlatformObject, PlatformQueries, PlatformState } from '../../../modules/platforms/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export const addPlatformsSchema = (builder: Builder, refs: Refs, { platforms }: PlatformQueries): void => {
  const object = defineType<PlatformObject>(
    builder,
    'PlatformObject',
    'Something that a platform of the sandbox holds.',
    {
      kind: ['String', 'card, message, deployment, …'],
      id: ['String', 'What to give in params.'],
      name: ['String', 'How people know it.'],
    },
    (t) => ({
      state: t.expose('state', { type: 'JSON', description: 'As it is now, in the fields of its kind.' }),
    }),
  );
  const platform = defineType<PlatformState>(builder, 'Platform', 'A platform that tasks act on.', {
    name: ['String', 'git, kubernetes, …'],
    isSandbox: [
      'Boolean',
      'Whether it is emulated here, because none is configured: nothing reaches a real system.',
    ],
    objects: [[object], 'What it holds, where it is of the sandbox; empty otherwise.'],
  });
  refs.query(platforms, { type: [platform] });
};
