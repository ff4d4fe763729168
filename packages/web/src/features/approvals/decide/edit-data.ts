import { documentOptions } from '../../../graphql/document-options.ts';
import { execute } from '../../../graphql/execute.ts';
import { graphql } from '../../../graphql/graphql.ts';
import type { DecidedOn } from './decide.ts';
import type { EditableAction } from './edit-fields.ts';

const Editable = graphql(`
  query Editable($taskId: ID!) {
    task(id: $taskId) {
      __typename
      id
      revision
      actions
    }
    actionTypes {
      name
      version
      inputSchema
    }
  }
`);

export const editableOptions = (taskId: string) =>
  documentOptions(Editable, { taskId }, { isRefetchedWhenMentioned: true });

/** What the server keeps of a submission, which it has read by its own schema. */
export const actionsOf = (actions: unknown): readonly EditableAction[] =>
  Array.isArray(actions) ? (actions as EditableAction[]) : [];

const EditTask = graphql(`
  mutation EditTask($input: EditTaskInput!) {
    editTask(input: $input) {
      refusal {
        message
      }
      approval {
        id
      }
    }
  }
`);

export interface EditOutcome {
  readonly complaint: string | null;
  /** The ask about the next revision; null where policy lets it run without one. */
  readonly approvalId: string | null;
}

export const sendEdit = async (
  on: DecidedOn,
  actions: readonly EditableAction[],
  comment: string,
): Promise<EditOutcome> => {
  const input = { ...on, actions: [...actions] as never, comment: comment.trim() || null };
  const { refusal, approval } = (await execute(EditTask, { input })).editTask;
  return { complaint: refusal?.message ?? null, approvalId: approval?.id ?? null };
};
