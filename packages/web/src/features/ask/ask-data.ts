import type { Environment } from '@countersign/shared';
import type { ResultOf } from 'gql.tada';
import { freshId } from '../../components/fresh-id.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { SpecialistFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';
import { faultsOf, InputRefusalFields } from '../../graphql/input-faults.ts';

/** What somebody asks for in words. */
export interface Wish {
  readonly goal: string;
  readonly environment: Environment;
  /** The specialist that is to plan it; null where its words decide. */
  readonly agent: string | null;
}

const AskTerms = graphql(
  `
    query AskTerms {
      viewer {
        canSubmit
      }
      specialists {
        ...SpecialistFields
      }
    }
  `,
  [SpecialistFields],
);

export type AskSpecialist = ResultOf<typeof AskTerms>['specialists'][number];

export const askTermsOptions = () => ({ ...documentOptions(AskTerms, {}), staleTime: 60_000 });

const Ask = graphql(
  `
    mutation Ask($input: ExecuteTaskInput!) {
      executeTask(input: $input) {
        task {
          id
        }
        refusal {
          ...InputRefusalFields
        }
      }
    }
  `,
  [InputRefusalFields],
);

export interface Answer {
  readonly taskId: string | null;
  readonly complaint: string | null;
}

/** Sends wishes: the same one sent again, as by a second press, is the same task. */
export const createAsking = (keyOf: () => string = freshId) => {
  let sent = { wish: '', key: '' };
  return async ({ goal, environment, agent }: Wish): Promise<Answer> => {
    const wish = JSON.stringify([goal, environment, agent]);
    if (sent.wish !== wish) sent = { wish, key: keyOf() };
    const input = { goal, environment, idempotencyKey: sent.key, ...(agent === null ? {} : { agent }) };
    const { task, refusal } = (await execute(Ask, { input })).executeTask;
    if (!refusal) return { taskId: task?.id ?? null, complaint: null };
    return {
      taskId: null,
      complaint: [
        refusal.message,
        ...faultsOf(refusal).map(({ path, message }) => `${path} ${message}`),
      ].join(' '),
    };
  };
};
