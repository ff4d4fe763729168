import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ofType } from '../../testing/events.ts';
import { createSandboxWorld, type SandboxWorld } from '../../testing/sandbox-world.ts';
import type { JsonObject } from '../domain/json.ts';

let sandbox: SandboxWorld;
beforeEach(async () => {
  sandbox = await createSandboxWorld();
});
afterEach(() => sandbox[Symbol.asyncDispose]());

const retry = { maxRetries: 0 };
const todo = '65a0c0de0000000000000011';
const from = ($from: string, pointer: string) => ({ $from, pointer });

describe('a workflow over five platforms', () => {
  const announcement = {
    goal: 'Tell everybody about the sale',
    transactional: true,
    retry,
    actions: [
      { name: 'page', type: 'notion.page.create', params: { database_id: 'tasks', title: 'The sale' } },
      {
        name: 'card',
        type: 'trello.card.create',
        params: { name: 'The sale', listId: todo, desc: from('page', '/url') },
      },
      {
        name: 'message',
        type: 'slack.message.post',
        params: { channel: 'C0OPS', text: from('card', '/url') },
      },
      {
        name: 'report',
        type: 'drive.file.upload',
        params: { folderId: 'reports', name: 'sale.txt', content: from('message', '/ts') },
      },
      {
        name: 'row',
        type: 'sheets.rows.append',
        params: { spreadsheetId: 'metrics', range: 'Sheet1', values: [['The sale', from('report', '/id')]] },
      },
    ],
  };

  test('hands on what each step put out', async () => {
    const { world, platforms } = sandbox;
    const task = await world.agent.submits(announcement);
    await world.reaches(task, 'SUCCEEDED');
    const { drive, notion, trello, sheets, slack } = platforms;
    const [pageId] = Object.entries(notion.state().pages).at(-1) ?? [];
    const card = Object.values(trello.state().cards).find(({ name }) => name === 'The sale');
    expect(card?.desc).toContain(`https://www.notion.so/${pageId?.replaceAll('-', '')}`);
    expect(slack.state().messages.at(-1)?.text).toMatch(/^<https:\/\/trello\.com\/c\/\w+>$/);
    const [fileId] = Object.entries(drive.state().files).find(([, { name }]) => name === 'sale.txt') ?? [];
    expect(JSON.stringify(sheets.state())).toContain(`["The sale","${fileId}"]`);
  });

  test('that is refused at the fourth is undone, the last step first', async () => {
    const { world, platforms, written } = sandbox;
    const { drive, notion, sheets, slack, trello } = platforms;
    drive.behaviour.failures = [{ kind: 'STATUS', status: 403, when: 'BEFORE' }];
    const task = await world.agent.submits(announcement);
    const back = await world.reaches(task, 'ROLLED_BACK');
    expect(back.error).toMatchObject({ stepName: 'report', code: 'PLATFORM_PERMISSION_DENIED' });
    const kinds = written().map((wrote) => wrote.split('/')[0]);
    expect(kinds).toEqual(['page', 'card', 'message', 'message', 'card', 'page']);
    const [page, card, message, ...undone] = written();
    expect(undone).toEqual([message, card, page]);
    const made = (wrote = '') => wrote.slice(wrote.indexOf('/') + 1);
    expect(notion.state().pages[made(page)]?.in_trash).toBe(true);
    expect(trello.state().cards[made(card)]?.closed).toBe(true);
    expect(slack.state().messages.map(({ text }) => text)).toEqual(['Good morning. Deploys are open.']);
    expect(sheets.writes()).toBe(0);
    const [begun] = ofType(await world.historyOf(task), 'run.rollback_started');
    expect(begun?.data).toMatchObject({ cause: 'TRANSACTION', undoes: ['message', 'card', 'page'] });
  });
});

test('cards are deleted for good only once a person has seen every one of them', async () => {
  const { world, platforms } = sandbox;
  const { trello } = platforms;
  const doomed = Object.entries(trello.state().cards).slice(0, 3);
  const task = await world.agent.submits({
    goal: 'Clear the board',
    actions: [{ type: 'trello.cards.delete', params: { cardIds: doomed.map(([id]) => id) } }],
  });
  expect(task.status).toBe('AWAITING_APPROVAL');
  const [plan] = await world.owner.query('SELECT risk, presentation FROM plan');
  expect(plan).toMatchObject({
    risk: 'HIGH',
    presentation: {
      riskFactors: expect.arrayContaining(['cannot be rolled back']),
      steps: [
        {
          reversible: false,
          diffs: [
            {
              type: 'DELETIONS',
              names: doomed.map(([, { name }]) => expect.stringContaining(name) as string),
            },
          ],
        },
      ],
    },
  });
  expect(trello.writes()).toBe(0);
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  expect(Object.values(trello.state().cards).map(({ name }) => name)).toEqual(['Write the runbook']);
});

test('a plan of terraform is applied as it was shown, and a directory that is not there is no task', async () => {
  const { world, platforms } = sandbox;
  const applying = (directory: string) => ({
    goal: 'A name for the shop',
    environment: 'STAGING' as const,
    actions: [{ type: 'terraform.apply', params: { directory } }],
  });
  const task = await world.agent.submits(applying('network'));
  expect(task.status).toBe('PLANNING');
  await world.approver.approves(await world.reaches(task, 'AWAITING_APPROVAL'));
  await world.reaches(task, 'SUCCEEDED');
  expect(platforms.terraform.objects()).toMatchObject([
    { kind: 'directory', id: 'network' },
    { kind: 'resource', name: 'cloud_dns.web', state: { name: 'web.example.com' } },
    { kind: 'resource', name: 'cloud_vm.web', state: { size: 4 } },
  ]);
  expect(await world.agent.asks(applying('netwrok'))).toMatchObject({
    ok: false,
    refusal: { details: { faults: [{ path: 'actions[0].params.directory', suggestions: ['network'] }] } },
  });
});

/** A scheduled scale-up, an emergency, and a clean-up to nothing. */
const intents = [
  { target: 'cnf-simulator', namespace: 'oran-sim', replicas: 3, priority: 'NORMAL', timeoutMs: 30_000 },
  {
    target: 'critical-service',
    namespace: 'production',
    replicas: 10,
    priority: 'CRITICAL',
    timeoutMs: 10_000,
  },
  { target: 'test-workload', namespace: 'testing', replicas: 0, priority: 'LOW', timeoutMs: 30_000 },
] as const;
type Intent = (typeof intents)[number];

const ways: readonly [string, (intent: Intent) => JsonObject][] = [
  [
    'kubernetes.deployment.scale',
    ({ target: name, namespace, replicas }) => ({ cluster: 'sandbox', name, namespace, replicas }),
  ],
  [
    'scaling.apply',
    ({ target, namespace, replicas, timeoutMs }) => ({
      target,
      namespace,
      replicas,
      timeout: `${timeoutMs / 1_000}s`,
    }),
  ],
];

test.each(ways)(
  'three intents to scale are carried out by %s once a person has approved each',
  async (type, paramsOf) => {
    const { world, platforms } = sandbox;
    const tasks = await Promise.all(
      intents.map((intent) =>
        world.operator.submits({
          goal: `Scale ${intent.target}`,
          priority: intent.priority,
          retry,
          timeoutMs: intent.timeoutMs,
          actions: [{ type, params: paramsOf(intent) }],
        }),
      ),
    );
    expect(tasks.map(({ status }) => status)).toEqual(intents.map(() => 'AWAITING_APPROVAL'));
    for (const task of tasks) await world.approver.approves(task);
    await world.allReach(tasks, 'SUCCEEDED');
    const { deployments } = platforms.kubernetes.state();
    expect(intents.map(({ namespace, target }) => deployments[`${namespace}/${target}`]?.replicas)).toEqual([
      3, 10, 0,
    ]);
  },
);
