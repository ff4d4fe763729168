import {
  curlWords,
  graphqlSubmission,
  helloTask,
  shellWord,
  type FirstTask,
} from '@countersign/shared/first-task';
import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../graphql/document-options.ts';
import { graphql } from '../graphql/graphql.ts';

const WhatIMayUse = graphql(`
  query WhatIMayUse {
    viewer {
      canSubmit
      canAdminister
      principal {
        name
      }
      tenant {
        id
        name
      }
    }
    capabilities {
      platforms
      targets {
        platform
        kind
        name
        isPrefix
      }
      intentFiles {
        types
        directory
      }
    }
    platforms {
      name
      isSandbox
    }
  }
`);

export type WhatIMayUse = ResultOf<typeof WhatIMayUse>;

/** What of this installation a task of whoever is signed in may name. */
export const whatIMayUseOptions = () => documentOptions(WhatIMayUse, {});

/** Where no repository is known that could be named. */
export const unknownRepository = 'YOUR_REPOSITORY';

const repositoryOf = ({ capabilities: { targets } }: Pick<WhatIMayUse, 'capabilities'>): string =>
  targets.find(({ kind, isPrefix }) => kind === 'repository' && !isPrefix)?.name ?? unknownRepository;

/** A first task that works here as it stands. A person is asked before it runs, whatever policy says. */
export const firstTaskOf = (use: Pick<WhatIMayUse, 'capabilities'>, id: string): FirstTask => ({
  // Its words are its own too: the same content again would be no change.
  ...helloTask(repositoryOf(use), id, `Hello from a first task, ${id}.`),
  requiresApproval: true,
});

/** A word of a shell, where whoever pastes it puts in their key. */
export const keyHeader = shellWord('authorization: Bearer YOUR_KEY');

/** A call, a part on each line. */
export const curlLines = (url: string, headers: readonly string[], body: unknown): string =>
  curlWords(url, headers, JSON.stringify(body)).join(' \\\n  ');

export const graphqlLines = (origin: string, body: unknown): string =>
  curlLines(`${origin}/graphql`, [keyHeader], body);

export const submitOverGraphql = (origin: string, task: FirstTask): string =>
  graphqlLines(origin, graphqlSubmission(task));
