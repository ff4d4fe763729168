import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const Locks = graphql(`
  query Locks {
    locks {
      name
      holder {
        taskId
        since
      }
      waiting {
        taskId
        since
      }
    }
  }
`);

export type Lock = ResultOf<typeof Locks>['locks'][number];
export type LockParty = Lock['waiting'][number];

/** They are taken before a run's first step starts, asked for where one is held, and free once the run ends. */
export const locksOptions = () =>
  documentOptions(Locks, {}, { refetchOn: ['task.', 'step.started', 'step.held'] });

const isWithin = (name: string, other: string): boolean => name.startsWith(`${other}/`);

/** What keeps a thing besides its own holder: somebody has all that it lies in, or a part of it. */
export const keptBy = (lock: Lock, all: readonly Lock[]): readonly Lock[] =>
  all.filter(
    ({ name, holder }) => holder !== null && (isWithin(lock.name, name) || isWithin(name, lock.name)),
  );
