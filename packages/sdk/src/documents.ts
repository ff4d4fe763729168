import { operation } from './operation.ts';
import type { ActionType, Event, JsonObject, Json, Refusal, Submission, TaskStatus } from './types.ts';

interface TaskTold {
  readonly id: string;
  readonly status: TaskStatus;
  readonly goal: string;
}

export interface ChangeTold {
  readonly task: TaskTold | null;
  readonly refusal:
    | (Omit<Refusal, 'faults'> & { readonly details?: Partial<Pick<Refusal, 'faults'>> | null })
    | null;
}

export const submitTask = operation<
  { readonly executeTask: ChangeTold & { readonly replayed: boolean } },
  { readonly input: Submission }
>(`
  mutation ExecuteTask($input: ExecuteTaskInput!) {
    executeTask(input: $input) {
      replayed
      task { id status goal }
      refusal {
        code message retriable retryAfterMs
        details { ... on InputFaults { faults { path message } } }
      }
    }
  }
`);

export const cancelTask = operation<
  { readonly cancelTask: ChangeTold },
  { readonly input: { readonly taskId: string; readonly reason?: string } }
>(`
  mutation CancelTask($input: CancelTaskInput!) {
    cancelTask(input: $input) { task { id status goal } refusal { code message retriable retryAfterMs } }
  }
`);

export const answerQuestion = operation<
  { readonly answerQuestion: ChangeTold },
  { readonly input: { readonly taskId: string; readonly answer: string } }
>(`
  mutation AnswerQuestion($input: AnswerQuestionInput!) {
    answerQuestion(input: $input) { task { id status goal } refusal { code message retriable retryAfterMs } }
  }
`);

interface DetailTold extends TaskTold {
  readonly error: { readonly message: string } | null;
  readonly decision: { readonly reasons: readonly { readonly message: string }[] } | null;
  readonly resolution: { readonly comment: string | null } | null;
  readonly run: {
    readonly steps: readonly { readonly name: string; readonly state: string; readonly output: Json }[];
  } | null;
}

export const readTask = operation<{ readonly task: DetailTold | null }, { readonly id: string }>(`
  query Task($id: ID!) {
    task(id: $id) {
      id status goal
      error { message }
      decision { reasons { message } }
      resolution { comment }
      run { steps { name state output } }
    }
  }
`);

export const watchTask = operation<
  { readonly taskUpdated: Pick<TaskTold, 'id' | 'status'> },
  { readonly id: string }
>(`
  subscription TaskUpdated($id: ID!) { taskUpdated(id: $id) { id status } }
`);

export const readCursor = operation<{ readonly eventCursor: string }, JsonObject>(`
  query EventCursor { eventCursor }
`);

export const watchEvents = operation<
  { readonly events: Event },
  {
    readonly after: string;
    readonly filter: { readonly taskId?: string; readonly types?: readonly string[] };
  }
>(`
  subscription Events($after: String, $filter: EventFilter) {
    events(after: $after, filter: $filter) { seq at type summary taskId data }
  }
`);

export const readActionTypes = operation<
  {
    readonly capabilities: { readonly actionTypes: readonly string[] };
    readonly actionTypes: readonly ActionType[];
  },
  JsonObject
>(`
  query ActionTypes {
    capabilities { actionTypes }
    actionTypes { name version description category reversible inputSchema }
  }
`);
