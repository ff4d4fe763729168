import { shellWord, type FirstTask } from '@countersign/shared/first-task';
import {
  curlLines,
  firstTaskOf,
  graphqlLines,
  keyHeader,
  submitOverGraphql,
  type WhatIMayUse,
} from '../../vocabulary/first-task.ts';

export interface DoorBlock {
  readonly label: string;
  readonly text: string;
}

/** A way in, with what to copy for it. */
export interface Door {
  readonly title: string;
  readonly about: string;
  /** What says the rest: a file of the checkout, or an address here, which begins with `/`. */
  readonly document: string;
  readonly blocks: readonly DoorBlock[];
}

/** Documents that are served here. */
export const schemaAddress = '/schema.graphql';

/** The lines for each way into the installation at `origin`, all of the same first task. */
export const doorsOf = (use: WhatIMayUse, origin: string, id: string): readonly Door[] => {
  const task = firstTaskOf(use, id);
  return [
    restDoor(use, origin, task),
    graphqlDoor(origin, task),
    sdkDoor(origin, task),
    mcpDoor(origin),
    commandsDoor(origin, task),
    ...intentDoor(use, id),
  ];
};

/** What the key in it may use: whoever reads this may use something else. */
export const whatMyKeyMayUse = (origin: string): string =>
  graphqlLines(origin, {
    query:
      '{ viewer { principal { name } canSubmit } capabilities { actionTypes targets { platform kind name isPrefix } } }',
  });

const restDoor = ({ viewer }: WhatIMayUse, origin: string, task: FirstTask): Door => {
  const { idempotencyKey, ...body } = task;
  const headers = [
    keyHeader,
    shellWord(`x-tenant-id: ${viewer.tenant.id}`),
    shellWord(`idempotency-key: ${idempotencyKey}`),
  ];
  return {
    title: 'REST',
    about: 'The answer names the task, and says where a person decides: approval_link.',
    document: 'docs/reference/rest.md',
    blocks: [{ label: 'Submit over REST with curl', text: curlLines(`${origin}/tasks`, headers, body) }],
  };
};

const graphqlDoor = (origin: string, task: FirstTask): Door => ({
  title: 'GraphQL',
  about: 'An expected no is a refusal with a code, never an error.',
  document: schemaAddress,
  blocks: [{ label: 'Submit over GraphQL with curl', text: submitOverGraphql(origin, task) }],
});

/** As people write an object in a program: names without quotes where they need none. */
const literal = (value: unknown): string =>
  JSON.stringify(value, null, 2).replaceAll(/^( *)"(\w+)": /gm, '$1$2: ');

const sdkDoor = (origin: string, task: FirstTask): Door => ({
  title: 'SDK',
  about: 'For programs in TypeScript: npm install @countersign/sdk.',
  document: 'docs/reference/sdk.md',
  blocks: [
    {
      label: 'Submit and wait in TypeScript',
      text: `import { createCountersign } from '@countersign/sdk';

const countersign = createCountersign({ url: ${JSON.stringify(origin)}, apiKey: 'YOUR_KEY' });
const submitted = await countersign.submit(${literal(task)});
if (!submitted.ok) throw new Error(submitted.refusal.message);
console.log(\`A person decides at \${submitted.task.url}\`);
const task = await countersign.waitFor(submitted.task.id);
console.log(task.status);
await countersign.close();`,
    },
  ],
});

const mcpDoor = (origin: string): Door => {
  const url = `${origin}/mcp`;
  const server = { type: 'http', url, headers: { Authorization: 'Bearer YOUR_KEY' } };
  return {
    title: 'MCP',
    about: 'For agents whose host speaks the Model Context Protocol: one address, and the agent’s key.',
    document: 'docs/reference/mcp.md',
    blocks: [
      {
        label: 'Configuration of an MCP client',
        text: JSON.stringify({ mcpServers: { countersign: server } }, null, 2),
      },
      {
        label: 'Add it to Claude Code',
        text: `claude mcp add --transport http countersign ${url} \\\n  --header ${shellWord('Authorization: Bearer YOUR_KEY')}`,
      },
    ],
  };
};

const commandsDoor = (origin: string, { idempotencyKey, goal, actions: [action] }: FirstTask): Door => {
  const command = 'npm run -s countersign --';
  const submit = [
    `${command} task submit --key ${idempotencyKey}`,
    `--goal ${shellWord(goal)}`,
    `--action ${action.type} --requires-approval`,
    `--params ${shellWord(JSON.stringify(action.params))}`,
  ];
  return {
    title: 'Commands',
    about:
      'In the checkout, over https or on the machine of the server. The first line asks for the key, and does not show it.',
    document: 'docs/reference/cli.md',
    blocks: [
      { label: 'Sign in on the command line', text: `${command} login --url ${origin}` },
      { label: 'Submit on the command line', text: submit.join(' \\\n  ') },
    ],
  };
};

const intentDoor = (
  { capabilities: { intentFiles }, platforms }: WhatIMayUse,
  id: string,
): readonly Door[] => {
  const type = intentFiles?.types.find((each) => each === 'scaling') ?? intentFiles?.types[0];
  if (!intentFiles || type === undefined) return [];
  const isSandbox = platforms.some(({ name, isSandbox: is }) => name === 'porch' && is);
  const place = isSandbox
    ? { target: 'cnf-simulator', namespace: 'oran-sim' }
    : { target: 'YOUR_TARGET', namespace: 'YOUR_NAMESPACE' };
  const intent = { intent_type: type, ...place, replicas: 3, correlation_id: `hello-${id}` };
  const folder = intentFiles.directory === null ? 'HAND_OFF_DIRECTORY' : shellWord(intentFiles.directory);
  return [
    {
      title: 'Intent files',
      about:
        'On the machine of the server, and without a key: whoever may write into the directory may ask. Policy says whether a person is asked, and the status file what becomes of it.',
      document: 'docs/operations/intents.md',
      blocks: [
        {
          label: 'Hand over an intent file',
          text: `printf '%s' ${shellWord(JSON.stringify(intent))} \\\n  > ${folder}/intent-hello-${id}.json`,
        },
      ],
    },
  ];
};
