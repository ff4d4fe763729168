import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../testing/until.ts';
import { createSandboxWorld, type SandboxWorld } from '../../testing/sandbox-world.ts';
import type { PlanDocument, PlanPresentation } from '../domain/plan.ts';
import type { Task } from '../domain/task.ts';

let sandbox: SandboxWorld;
beforeEach(async () => {
  sandbox = await createSandboxWorld();
});
afterEach(() => sandbox[Symbol.asyncDispose]());

const retry = { maxRetries: 0 };
const todo = '65a0c0de0000000000000011';
const done = '65a0c0de0000000000000012';
const page_id = 'c0de0000-0000-4000-8000-000000000011';
const web = { cluster: 'sandbox', namespace: 'shop', name: 'web-01' };
const fileId = 'file-week-47';

/** Planning may take longer than an answer. */
const planned = (task: Task): Promise<Task> =>
  until(
    async () => {
      const now = await sandbox.world.now(task);
      return now.status === 'PLANNING' ? undefined : now;
    },
    () => 'it is still being planned',
  );

const isLetGo = async (task: Task): Promise<void> => {
  const now = await planned(task);
  if (now.status === 'AWAITING_APPROVAL') await sandbox.world.approver.approves(now);
};

const planOf = async (task: Task) => {
  const { id } = await planned(task);
  const [plan] = await sandbox.world.owner.query<{ document: string; presentation: PlanPresentation }>(
    'SELECT document, presentation FROM plan WHERE task_id = $1',
    [id],
  );
  if (!plan) throw new Error('It has no plan.');
  const { steps } = JSON.parse(plan.document) as PlanDocument;
  return steps.map((step, index) => ({ ...step, diffs: plan.presentation.steps[index]?.diffs }));
};

const aCard = (): string => {
  const [id] =
    Object.entries(sandbox.platforms.trello.state().cards).find(([, card]) => card.idList === todo) ?? [];
  if (id === undefined) throw new Error('There is no card to do.');
  return id;
};

const onCard = (cardId: string) => [
  { name: 'rename', type: 'trello.card.update', params: { cardId, name: 'First' } },
  { name: 'again', type: 'trello.card.update', params: { cardId, name: 'Second' } },
  { name: 'move', type: 'trello.card.move', params: { cardId, listId: done } },
  { name: 'archive', type: 'trello.card.archive', params: { cardId } },
];
const onPage = ['Doing', 'Done'].map((name) => ({
  name,
  type: 'notion.page.update',
  params: { page_id, properties: { status: { select: { name } } } },
}));
const onDeployment = [5, 6].map((replicas) => ({
  name: `to ${replicas}`.replace(' ', '-'),
  type: 'kubernetes.deployment.scale',
  params: { ...web, replicas },
}));

const onFile = (fileId: string) => [
  ...['One', 'Two'].map((content) => ({
    name: `write-${content}`,
    type: 'drive.file.update',
    params: { fileId, content },
  })),
  ...['ann', 'bob'].map((name) => ({
    name: `let-in-${name}`,
    type: 'drive.permission.grant',
    params: { fileId, type: 'user', role: 'reader', emailAddress: `${name}@example.com` },
  })),
  { name: 'bin', type: 'drive.file.trash', params: { fileId } },
];
const onCells = ['Sheet1!B2', "'Sheet1'!B2"].map((range, index) => ({
  name: `cells-${index + 1}`,
  type: 'sheets.range.update',
  params: { spreadsheetId: 'metrics', range, value: 10 + index },
}));

test('steps upon one thing are planned and run one upon the other, in any platform', async () => {
  const { world, platforms } = sandbox;
  const cardId = aCard();
  const task = await world.agent.submits({
    goal: 'Several changes',
    retry,
    actions: [
      ...onCard(cardId),
      ...onPage,
      { name: 'trash', type: 'notion.page.archive', params: { page_id } },
      ...onDeployment,
      { name: 'restart', type: 'kubernetes.deployment.restart', params: web },
      ...onFile(fileId),
      ...onCells,
    ],
  });
  const steps = await planOf(task);
  expect(steps.map(({ name, after }) => [name, after ?? []])).toEqual([
    ['rename', []],
    ['again', ['rename']],
    ['move', ['rename', 'again']],
    ['archive', ['rename', 'again', 'move']],
    ['Doing', []],
    ['Done', ['Doing']],
    ['trash', ['Doing', 'Done']],
    ['to-5', []],
    ['to-6', ['to-5']],
    ['restart', ['to-5', 'to-6']],
    ['write-One', []],
    ['write-Two', ['write-One']],
    ['let-in-ann', ['write-One', 'write-Two']],
    ['let-in-bob', ['write-One', 'write-Two', 'let-in-ann']],
    ['bin', ['write-One', 'write-Two', 'let-in-ann', 'let-in-bob']],
    ['cells-1', []],
    ['cells-2', ['cells-1']],
  ]);
  expect(steps[1]?.diffs).toMatchObject([{ before: 'First', after: 'Second' }]);
  expect(steps[8]?.diffs).toMatchObject([{ before: 5, after: 6 }]);
  expect(steps[9]?.diffs).toMatchObject([{ title: '6 pods to restart' }]);
  expect(steps[11]?.diffs).toMatchObject([{ before: 'One', after: 'Two' }]);
  expect(steps[16]?.diffs).toMatchObject([{ rows: [{ cells: ['10'] }, { cells: ['11'] }] }]);
  await isLetGo(task);
  await world.reaches(task, 'SUCCEEDED');
  expect(platforms.trello.state().cards[cardId]).toMatchObject({
    name: 'Second',
    idList: done,
    closed: true,
  });
  expect(platforms.notion.state().pages[page_id]).toMatchObject({ in_trash: true });
  expect(platforms.kubernetes.state().deployments['shop/web-01']?.replicas).toBe(6);
  const file = platforms.drive.state().files[fileId];
  expect([file?.trashed, file?.permissions.length, file?.revisions.length]).toEqual([true, 3, 3]);
  expect(platforms.sheets.state().spreadsheets['spreadsheet-metrics']?.sheets[0]?.rows[1]?.[1]).toBe(11);
});

test('they are undone last first, and what was there before all of them is there again', async () => {
  const { world, platforms } = sandbox;
  const cardId = aCard();
  const standing = () => {
    const { name, idList, closed } = platforms.trello.state().cards[cardId] ?? {};
    const file = platforms.drive.state().files[fileId];
    return {
      name,
      idList,
      closed,
      replicas: platforms.kubernetes.state().deployments['shop/web-01']?.replicas,
      trashed: file?.trashed,
      holds: file?.revisions.at(-1)?.base64,
      letIn: file?.permissions.length,
      cells: platforms.sheets.state().spreadsheets['spreadsheet-metrics']?.sheets[0]?.rows,
    };
  };
  const before = structuredClone(standing());
  const task = await world.agent.submits({
    goal: 'Several changes, and one that fails',
    transactional: true,
    retry,
    actions: [
      ...onCard(cardId),
      ...onDeployment,
      ...onFile(fileId),
      ...onCells,
      {
        name: 'tell',
        type: 'slack.message.post',
        params: { channel: 'C0OPS', text: 'All is done' },
        dependsOn: ['archive', 'to-6', 'bin', 'cells-2'],
      },
    ],
  });
  await planned(task);
  platforms.slack.behaviour.failures = [{ kind: 'STATUS', status: 403, when: 'BEFORE', times: 20 }];
  await isLetGo(task);
  await world.reaches(task, 'ROLLED_BACK');
  expect(standing()).toEqual(before);
});

test('what others change in between is not taken for what the run did', async () => {
  const { world, platforms } = sandbox;
  const cardId = aCard();
  const task = await world.agent.submits({
    goal: 'Rename twice',
    retry,
    actions: [
      { name: 'rename', type: 'trello.card.update', params: { cardId, name: 'First' } },
      { name: 'wait', type: 'noop.run', params: { delayMs: 1_500 }, dependsOn: ['rename'] },
      { name: 'again', type: 'trello.card.update', params: { cardId, name: 'Second' }, dependsOn: ['wait'] },
    ],
  });
  const card = () => platforms.trello.state().cards[cardId];
  await until(
    async () => {
      const [step] = await world.owner.query<{ state: string }>(
        `SELECT state FROM step WHERE task_id = $1 AND name = 'rename'`,
        [task.id],
      );
      return step?.state === 'SUCCEEDED' || undefined;
    },
    () => 'it is not renamed',
  );
  const standing = card();
  if (!standing) throw new Error('The card is gone.');
  standing.name = 'Somebody else was here';
  const failed = await world.reaches(task, 'FAILED');
  expect(failed.error).toMatchObject({ stepName: 'again', code: 'PRECONDITION_FAILED' });
  expect(card()?.name).toBe('Somebody else was here');
});

const inSheet = (name: string, range: string, values: string[][]) => ({
  name,
  type: 'sheets.range.update',
  params: { spreadsheetId: 'metrics', range, values },
});

test('what overlaps without being the same is found when it is planned: each is planned upon the others', async () => {
  const { world, platforms } = sandbox;
  const rows = () => platforms.sheets.state().spreadsheets['spreadsheet-metrics']?.sheets[0]?.rows ?? [];
  const actions = [
    inSheet(
      'block',
      'Sheet1!E1:F5',
      Array.from({ length: 5 }, () => ['a', 'a']),
    ),
    inSheet(
      'across',
      'Sheet1!F4:G9',
      Array.from({ length: 6 }, () => ['b', 'b']),
    ),
    inSheet('within', "'Sheet1'!F5", [['c']]),
    inSheet(
      'beside',
      'Sheet1!E6:E9',
      Array.from({ length: 4 }, () => ['d']),
    ),
  ];
  const task = await world.agent.submits({ goal: 'Ranges that overlap', retry, actions });
  const steps = await planOf(task);
  expect(steps.map(({ name, after }) => [name, after ?? []])).toEqual([
    ['block', []],
    ['across', ['block']],
    ['within', ['block', 'across']],
    ['beside', []],
  ]);
  const removed = { kind: 'REMOVE', cells: ['a', ''] };
  expect(JSON.stringify(steps[1]?.diffs).split(JSON.stringify(removed))).toHaveLength(3);
  expect(steps[2]?.diffs).toMatchObject([{ rows: [{ cells: ['b'] }, { cells: ['c'] }] }]);
  await isLetGo(task);
  await world.reaches(task, 'SUCCEEDED');
  const cells = () =>
    rows()
      .slice(0, 9)
      .map((row) => row.slice(4, 7).join(''));
  expect(cells()).toEqual(['aa', 'aa', 'aa', 'abb', 'acb', 'dbb', 'dbb', 'dbb', 'dbb']);

  const again = await world.agent.submits({
    goal: 'Ranges that overlap, the other way round, and one step that fails',
    transactional: true,
    retry,
    actions: [
      inSheet('cell', 'Sheet1!F5', [['d']]),
      inSheet(
        'around',
        'Sheet1!E4:G6',
        Array.from({ length: 3 }, () => ['e', 'e', 'e']),
      ),
      {
        name: 'tell',
        type: 'slack.message.post',
        params: { channel: 'C0OPS', text: 'All is done' },
        dependsOn: ['around'],
      },
    ],
  });
  await planned(again);
  platforms.slack.behaviour.failures = [{ kind: 'STATUS', status: 403, when: 'BEFORE', times: 20 }];
  await isLetGo(again);
  await world.reaches(again, 'ROLLED_BACK');
  expect(cells()).toEqual(['aa', 'aa', 'aa', 'abb', 'acb', 'dbb', 'dbb', 'dbb', 'dbb']);
});

test('what one platform changes, and another as well, is one thing: both are named', async () => {
  const outcome = await sandbox.world.agent.asks({
    goal: 'Scale it in two ways',
    actions: [
      { name: 'by-api', type: 'kubernetes.deployment.scale', params: { ...web, replicas: 4 } },
      {
        name: 'by-porch',
        type: 'scaling.apply',
        params: { namespace: 'shop', target: 'web-01', replicas: 5 },
      },
    ],
  });
  if (outcome.ok) throw new Error('It should be refused.');
  expect(outcome.refusal.message).toMatch(/"by-porch" changes what "by-api" changes too/);
});

test('where nobody can say beforehand what an action leaves, the task is refused, with the reason', async () => {
  const cardId = aCard();
  const outcome = await sandbox.world.agent.asks({
    goal: 'Rename a card and delete it',
    actions: [
      { name: 'one', type: 'trello.card.update', params: { cardId, name: 'First' } },
      { name: 'two', type: 'trello.cards.delete', params: { cardIds: [cardId] }, dependsOn: ['one'] },
    ],
  });
  if (outcome.ok) throw new Error('It should be refused.');
  expect(outcome.refusal.message).toMatch(/"two" changes what "one" changes too.*cannot be planned upon/);
});

test('what an earlier step is known to put out stands in the plan, and is what comes of it', async () => {
  const { world, platforms } = sandbox;
  const row = (from: string, pointer: string) => ({
    type: 'sheets.rows.append',
    params: { spreadsheetId: 'metrics', range: 'Sheet1', values: [[{ $from: from, pointer }]] },
  });
  const task = await world.agent.submits({
    goal: 'Upload, and write down what it is',
    retry,
    actions: [
      {
        name: 'report',
        type: 'drive.file.upload',
        params: { folderId: 'reports', name: 'report.txt', content: 'A report' },
      },
      { name: 'id', ...row('report', '/id') },
      { name: 'sum', ...row('report', '/md5') },
    ],
  });
  const [report, id, sum] = await planOf(task);
  const fileId = (report!.precondition as { readonly id: string }).id;
  expect(id).toMatchObject({
    params: { values: [[fileId]] },
    takes: [{ from: 'report', pointer: '/id', path: ['values', 0, 0] }],
  });
  expect(JSON.stringify(id?.diffs)).toContain(fileId);
  // What the platform makes of it is known only then.
  expect(sum).toMatchObject({ params: { values: [[{ $from: 'report', pointer: '/md5' }]] } });
  expect(sum).not.toHaveProperty('takes');
  await isLetGo(task);
  await world.reaches(task, 'SUCCEEDED');
  expect(platforms.drive.state().files[fileId]).toMatchObject({ name: 'report.txt' });
  expect(JSON.stringify(platforms.sheets.state())).toContain(`["${fileId}"]`);
});

test('what was read for the plan and reads otherwise when it runs stops what takes it', async () => {
  const { world, platforms } = sandbox;
  const card = { listId: todo, name: 'The image', desc: { $from: 'look', pointer: '/image' } };
  const task = await world.agent.submits({
    goal: 'Write down what runs',
    retry,
    environment: 'PRODUCTION',
    justification: 'The story says so',
    requiresApproval: true,
    actions: [
      { name: 'look', type: 'kubernetes.deployment.status', params: web },
      { name: 'card', type: 'trello.card.create', params: card },
    ],
  });
  const [, step] = await planOf(task);
  expect(step?.params).toMatchObject({ desc: 'web:1.0.0' });
  const [container] = platforms.kubernetes.state().deployments['shop/web-01']?.containers ?? [];
  if (!container) throw new Error('There is no such deployment.');
  container.image = 'web:1.0.1';
  await world.approver.approves(await world.now(task));
  const failed = await world.reaches(task, 'FAILED');
  expect(failed.error).toMatchObject({ stepName: 'card', code: 'PRECONDITION_FAILED' });
  expect(platforms.trello.writes()).toBe(0);
});
