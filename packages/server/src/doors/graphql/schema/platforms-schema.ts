import type { PlatformObject, PlatformQueries, PlatformState } from '../../../modules/platforms/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';

export const addPlatformsSchema = (builder: Builder, refs: Refs, { platforms }: PlatformQueries): void => {
  const object = builder.objectRef<PlatformObject>('PlatformObject').implement({
    description: 'Something that a platform of the sandbox holds.',
    authScopes: { read: true },
    fields: (t) => ({
      kind: t.exposeString('kind', { description: 'card, message, deployment, …' }),
      id: t.exposeString('id', { description: 'What to give in params.' }),
      name: t.exposeString('name', { description: 'How people know it.' }),
      state: t.expose('state', { type: 'JSON', description: 'As it is now, in the fields of its kind.' }),
    }),
  });
  const platform = builder.objectRef<PlatformState>('Platform').implement({
    description: 'A platform that tasks act on.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.exposeString('name', { description: 'git, kubernetes, …' }),
      isSandbox: t.exposeBoolean('isSandbox', {
        description:
          'Whether it is emulated here, because none is configured: nothing reaches a real system.',
      }),
      objects: t.field({
        type: [object],
        description: 'What it holds, where it is of the sandbox; empty otherwise.',
        resolve: ({ objects }) => [...objects],
      }),
    }),
  });
  refs.query(platforms, { type: [platform] });
};
