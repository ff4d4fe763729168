import type { OnlookerQueries, Onlookers } from '../../../modules/approvals/index.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** Who else looks at what a person looks at. */
export const addOnlookerSchema = (
  builder: Builder,
  refs: Refs,
  { onlookers }: OnlookerQueries,
  loadPrincipal: LoadPrincipal,
): void => {
  const type = defineType<Onlookers>(
    builder,
    'Onlookers',
    'Who else has a request before them now.',
    { more: ['Int', 'How many more there are than are named.'] },
    (t) => ({
      people: t.field({
        type: [refs.principal],
        description: 'Those who are named, 20 at most; whoever has been there longest comes first.',
        resolve: async ({ principalIds }, _args, { viewer }) => {
          const found = await Promise.all(principalIds.map((id) => loadPrincipal(viewer, id)));
          return found.filter((person) => person !== null);
        },
      }),
    }),
  );
  refs.stream(onlookers, type);
};
