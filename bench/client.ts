import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { BenchServer } from './bench-server.ts';

/** The public API as an agent and an approver use it. */
export interface BenchClient extends AsyncDisposable {
  /** Submits tasks in one call and gives them as they were taken in. */
  submit(tasks: readonly object[]): Promise<SubmittedTask[]>;
  /** Approves up to 20 tasks in one call. */
  approve(tasks: readonly SubmittedTask[]): Promise<void>;
  /** Called for each task that succeeded, as the events subscription tells it. */
  onSucceeded(listener: (taskId: string) => void): () => void;
}

export interface SubmittedTask {
  readonly id: string;
  readonly plan: { readonly hash: string };
}

interface Result<Data> {
  readonly data?: Data;
  readonly errors?: readonly { readonly message: string }[];
}

const submitMutation = `mutation ($input: [ExecuteTaskInput!]!) {
  executeTasks(input: $input) { refusal { code message } task { id plan { hash } } }
}`;
const succeeded = `subscription { events(filter: { types: ["task.succeeded"] }) { taskId } }`;

const approveMutation = (count: number): string => {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const variables = numbers.map((index) => `$i${index}: ApproveTaskInput!`).join(', ');
  const fields = numbers.map(
    (index) => `a${index}: approveTask(input: $i${index}) { refusal { code message } }`,
  );
  return `mutation (${variables}) { ${fields.join(' ')} }`;
};

export const connect = async ({ url, agentKey, approverKey }: BenchServer): Promise<BenchClient> => {
  const send = async <Data>(key: string, query: string, variables: object): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as Result<Data>;
    if (!data || errors) throw new Error(`The API answered ${response.status}: ${JSON.stringify(errors)}`);
    return data;
  };
  const listeners = new Set<(taskId: string) => void>();
  const socket = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${approverKey}` },
    lazy: false,
  });
  await new Promise<void>(
    (resolve) =>
      void socket.on('connected', () => {
        resolve();
      }),
  );
  socket.subscribe<{ events: { taskId: string } }>(
    { query: succeeded },
    {
      next: ({ data }) => {
        if (data)
          listeners.forEach((listener) => {
            listener(data.events.taskId);
          });
      },
      error: (error) => {
        throw new Error(`The subscription failed: ${JSON.stringify(error)}`);
      },
      complete: () => undefined,
    },
  );
  return {
    async submit(tasks) {
      const { executeTasks } = await send<{
        executeTasks: { task: SubmittedTask | null; refusal: object | null }[];
      }>(agentKey, submitMutation, { input: tasks });
      return executeTasks.map(({ task, refusal }) => {
        if (!task) throw new Error(`A task was refused: ${JSON.stringify(refusal)}`);
        return task;
      });
    },
    async approve(tasks) {
      const inputs = tasks.map(({ id, plan }, index) => [
        `i${index}`,
        { taskId: id, revision: 1, planHash: plan.hash },
      ]);
      const answers = await send<Record<string, { refusal: object | null }>>(
        approverKey,
        approveMutation(tasks.length),
        Object.fromEntries(inputs) as object,
      );
      const refused = Object.values(answers).find(({ refusal }) => refusal !== null);
      if (refused) throw new Error(`An approval was refused: ${JSON.stringify(refused.refusal)}`);
    },
    onSucceeded(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      await socket.dispose();
    },
  };
};
