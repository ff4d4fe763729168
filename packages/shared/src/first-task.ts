/** What newcomers are given to submit first, by the terminal and by the console: one request, in one place. */

export interface FirstTask {
  readonly idempotencyKey: string;
  readonly goal: string;
  readonly actions: readonly [{ readonly type: string; readonly params: Readonly<Record<string, unknown>> }];
  readonly requiresApproval?: true;
}

/** A commit of one small file, as a submission through any door. */
export const helloTask = (repository: string, id: string, words: string): FirstTask => ({
  idempotencyKey: `hello-${id}`,
  goal: `Say hello in the ${repository} repository`,
  actions: [
    {
      type: 'repo.commit',
      params: {
        repository,
        branch: 'main',
        message: 'Say hello',
        files: [{ path: 'hello.txt', content: `${words}\n` }],
      },
    },
  ],
});

const submission =
  'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id status } refusal { code message details { ... on InputFaults { faults { path message } } } } } }';

/** The body that submits it over GraphQL. */
export const graphqlSubmission = (input: FirstTask) => ({ query: submission, variables: { input } });

/** A text as one word of a POSIX shell, whatever it holds. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A call with a JSON body, as words for a shell. Headers are words of it, quoted already. */
export const curlWords = (url: string, headers: readonly string[], body: string): readonly string[] => [
  `curl -s ${url}`,
  ...[shellWord('content-type: application/json'), ...headers].map((header) => `-H ${header}`),
  `-d ${shellWord(body)}`,
];
