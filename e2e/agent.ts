import type { Environment, Priority, TaskStatus } from '@countersign/shared';
import { until } from '../packages/server/testing/until.ts';

export interface CommitRequest {
  readonly goal: string;
  readonly branch: string;
  readonly files: readonly { readonly path: string; readonly content: string | null }[];
  readonly message?: string;
  readonly justification?: string;
  readonly environment?: Environment;
  readonly priority?: Priority;
  readonly tags?: readonly string[];
}

export interface ActionsRequest extends Pick<CommitRequest, 'goal' | 'environment' | 'priority'> {
  readonly retry?: { readonly maxRetries: number };
  readonly actions: readonly {
    readonly name?: string;
    readonly type: string;
    readonly params: object;
    readonly targets?: readonly object[];
    readonly rollout?: object;
    readonly dependsOn?: readonly string[];
  }[];
}

/** A task as its submitter sees it. */
export interface SeenTask {
  readonly id: string;
  readonly status: TaskStatus;
  readonly revision: number;
  readonly plan: { readonly hash: string; readonly summary: string } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly approval: {
    readonly id: string;
    readonly status: string;
    readonly reviews: readonly { readonly verdict: string; readonly reviewer: { readonly name: string } }[];
  } | null;
  readonly events: {
    readonly nodes: readonly {
      readonly type: string;
      readonly summary: string;
      readonly data: Record<string, unknown>;
    }[];
  };
}

/** What an agent does with its API key, over HTTP as any agent would. */
export interface Agent {
  /** Throws where the submission is refused. */
  submits(request: CommitRequest): Promise<SeenTask>;
  /** As `submits`, of any actions. */
  asksFor(request: ActionsRequest): Promise<SeenTask>;
  sees(task: Pick<SeenTask, 'id'>): Promise<SeenTask>;
  /** As the person whose key it is. */
  approves(task: SeenTask): Promise<void>;
  /** Waits for the status. */
  reaches(task: Pick<SeenTask, 'id'>, status: TaskStatus): Promise<SeenTask>;
  /** What it is told of its rejection. */
  reasonOf(task: Pick<SeenTask, 'id'>): Promise<unknown>;
  cancels(task: Pick<SeenTask, 'id'>): Promise<void>;
  /** Ends whatever of its tasks still waits, so that nobody's inbox is left full. */
  cleansUp(): Promise<void>;
}

const taskFields = `
  id status revision
  plan { hash summary }
  error { code message }
  approval { id status reviews { verdict reviewer { name } } }
  events(first: 100) { nodes { type summary data } }
`;
const submission = `
  mutation ($input: ExecuteTaskInput!) {
    executeTask(input: $input) { task { ${taskFields} } refusal { code message details { ... on InputFaults { faults { path message } } } } }
  }`;
const one = `query ($id: ID!) { task(id: $id) { ${taskFields} } }`;
const approval = `
  mutation ($input: ApproveTaskInput!) { approveTask(input: $input) { refusal { code message } } }`;
const cancellation = `
  mutation ($input: CancelTaskInput!) { cancelTask(input: $input) { refusal { code } } }`;

interface Submitted {
  readonly executeTask: { readonly task: SeenTask | null; readonly refusal: unknown };
}

export const createAgent = (url: string, key: string): Agent => {
  const submittedIds: string[] = [];
  const ask = <Data>(query: string, variables: object): Promise<Data> =>
    askGraphql(url, key, query, variables);
  const sees: Agent['sees'] = async ({ id }) => {
    const { task } = await ask<{ task: SeenTask | null }>(one, { id });
    if (!task) throw new Error(`There is no task ${id}.`);
    return task;
  };
  const asksFor: Agent['asksFor'] = async (request) => {
    const input = { ...request, idempotencyKey: crypto.randomUUID() };
    const { executeTask } = await ask<Submitted>(submission, { input });
    if (!executeTask.task) throw new Error(`Refused: ${JSON.stringify(executeTask.refusal)}`);
    submittedIds.push(executeTask.task.id);
    return executeTask.task;
  };
  const cancels: Agent['cancels'] = async ({ id: taskId }) => {
    await ask(cancellation, { input: { taskId } });
  };
  return {
    sees,
    asksFor,
    cancels,
    submits({ branch, files, message = 'A commit by an agent', ...rest }) {
      const params = { repository: 'demo', branch, message, files };
      return asksFor({ ...rest, actions: [{ type: 'repo.commit', params }] });
    },
    async approves({ id: taskId, revision, plan }) {
      const input = { taskId, revision, planHash: plan?.hash };
      const { approveTask } = await ask<{ approveTask: { refusal: unknown } }>(approval, { input });
      if (approveTask.refusal) throw new Error(`Refused: ${JSON.stringify(approveTask.refusal)}`);
    },
    reaches(task, status) {
      let seen: SeenTask | undefined;
      return until(
        async () => {
          seen = await sees(task);
          return seen.status === status ? seen : undefined;
        },
        () => `the task is not ${status}: ${JSON.stringify(seen, null, 2)}`,
        { pollMs: 50 },
      );
    },
    async reasonOf(task) {
      const { events } = await sees(task);
      return events.nodes.find(({ type }) => type === 'task.rejected')?.data['reason'];
    },
    async cleansUp() {
      for (const id of submittedIds.splice(0)) await cancels({ id });
    },
  };
};

/** One GraphQL request; throws with the answer where it holds errors. */
export const askGraphql = async <Data>(
  url: string,
  key: string,
  query: string,
  variables: object,
): Promise<Data> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: unknown };
  if (errors !== undefined || data === undefined)
    throw new Error(`The server answered ${JSON.stringify(errors)}`);
  return data;
};
