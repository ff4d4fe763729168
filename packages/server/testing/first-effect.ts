import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ConfiguredServer } from './configured-server.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../../..');

/** What a page has somebody do: its blocks of a language below a heading. */
export const blocksOf = async (
  page: string,
  heading: string,
  language: string,
): Promise<readonly string[]> => {
  const whole = await readFile(join(root, page), 'utf8');
  const sections = whole.split(/^#{1,2} /m);
  const own = sections.find((section) => section.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...own.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))];
  return blocks.map(([, block = '']) => block);
};

interface Waiting {
  readonly id: string;
  readonly plan: { readonly revision: number; readonly hash: string };
}

/** The person of the first start approves the one task that waits, once it does. */
export const approveTheOne = async (server: ConfiguredServer): Promise<void> => {
  const { approverKey } = server.keys;
  const [{ id: taskId, plan }] = await until(
    async () => {
      const { tasks } = (await server.asks(
        approverKey,
        '{ tasks(filter: { status: [AWAITING_APPROVAL] }) { nodes { id plan { revision hash } } } }',
      )) as { tasks: { nodes: Waiting[] } };
      return tasks.nodes.length === 1 ? (tasks.nodes as [Waiting]) : undefined;
    },
    () => `no task waits: ${server.log()}`,
    { timeoutMs: 120_000 },
  );
  const input = { taskId, revision: plan.revision, planHash: plan.hash };
  const told = await server.asks(
    approverKey,
    'mutation ($input: ApproveTaskInput!) { approveTask(input: $input) { refusal { message } } }',
    { input },
  );
  expect(told).toEqual({ approveTask: { refusal: null } });
};
