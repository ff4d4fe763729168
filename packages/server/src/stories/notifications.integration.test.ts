import { createHmac } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMailbox, type Mailbox } from '../../testing/mailbox.ts';
import { accepted } from '../../testing/people.ts';
import type { Emulator } from '../../testing/platforms/emulator.ts';
import { sandboxSlackState, startSlack, type SlackState } from '../../testing/platforms/slack.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anErrand, aRiskyTask } from '../../testing/task-inputs.ts';
import { until as waitFor } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import type { Caller, Principal } from '../domain/principal.ts';
import { createRateLimits } from '../doors/http/rate-limits.ts';
import { slackRoutes } from '../doors/http/slack-routes.ts';
import { withoutLimits } from '../config/limit-settings.ts';
import { createLogger } from '../infra/logger.ts';
import { createNotificationOperations } from '../modules/notifications/index.ts';
import { seal } from '../modules/notifications/slack-values.ts';
import { slackDecisions } from '../slack-decisions.ts';

const signingSecret = 'the secret that Slack signs with';
let slack: Emulator<SlackState>;
let mailbox: Mailbox;
let world: World;
let http: FastifyInstance;
let admin: Caller;
const stack = new AsyncDisposableStack();

const channelOf = (name: string) => ({ name, isMember: true, isArchived: false, members: 2 });

beforeAll(async () => {
  const state = sandboxSlackState();
  slack = stack.use(
    await startSlack({
      token: 'xoxb-of-the-test',
      state: {
        ...state,
        channels: { ...state.channels, U0ANN: channelOf('ann'), U0EVE: channelOf('eve') },
        messages: [],
      },
    }),
  );
  mailbox = stack.use(await startMailbox());
  world = stack.use(
    await createWorld({
      settings: { slack: { apiUrl: `${slack.url}/api`, tokenSecret: 'slack', channels: ['C0OPS'] } },
      secrets: {
        slack: { value: 'xoxb-of-the-test', origins: [] },
        signing: { value: signingSecret, origins: [] },
      },
      notifications: {
        digestMs: 0,
        mail: {
          host: '127.0.0.1',
          port: mailbox.port,
          isEncrypted: false,
          from: 'Countersign <c@example.com>',
          to: [],
        },
        slack: { channel: 'C0OPS', signingSecret: 'signing', decidesIn: ['DEVELOPMENT', 'STAGING'] },
      },
    }),
  );
  http = fastify();
  await http.register(
    slackRoutes({
      slack: slackDecisions(world.services, createLogger({ level: 'silent' })),
      rateLimits: createRateLimits(withoutLimits.rates),
      networkOf: () => 'test',
    }),
  );
  stack.defer(() => http.close());
  const { access } = world.services;
  admin = signedIn(
    await access.ensurePrincipal({ tenantId: world.tenantId, type: 'HUMAN', name: 'Ada', roles: ['ADMIN'] }),
  );
  await binds('U0ANN', world.approver.principal);
  await operations().setNoticeEmail.execute(as(world.secondApprover.principal), {
    principalId: world.secondApprover.principal.id,
    email: 'bob@example.com',
  });
  await operations().setNoticeEmail.execute(as(world.operator.principal), {
    principalId: world.operator.principal.id,
    email: 'olga@example.com',
  });
});
afterAll(() => stack.disposeAsync());

const as = (viewer: Principal) => ({ viewer: signedIn(viewer), traceparent: null });
const operations = () =>
  createNotificationOperations({
    ...world.services.sending,
    findPrincipals: world.services.access.findPrincipals,
  });
const binds = async (slackUserId: string | null, { id }: Principal) =>
  accepted(
    await operations().bindSlackUser.execute(
      { viewer: admin, traceparent: null },
      { principalId: id, slackUserId },
    ),
  );
const until = <Answer>(
  ask: () => Promise<Answer | false | undefined> | Answer | false | undefined,
  explain: string,
) =>
  waitFor<Answer>(
    async () => (await ask()) || undefined,
    () => explain,
  );

interface Button {
  readonly action_id: string;
  readonly value: string;
}
const messagesAbout = (approvalId: string) =>
  slack.state().messages.filter(({ blocks }) => JSON.stringify(blocks).includes(approvalId));
const buttonsOf = (blocks: readonly unknown[]): readonly Button[] =>
  (blocks as readonly { elements?: readonly Button[] }[]).flatMap(({ elements = [] }) =>
    elements.filter(({ value }) => typeof value === 'string'),
  );

const asked = async (more: object = {}) => {
  const task = await world.agent.submits(aRiskyTask({ environment: 'STAGING', ...more }));
  const [request] = await world.approvalsOf(task);
  if (!request) throw new Error('Nobody was asked.');
  const messages = await until(() => {
    const found = messagesAbout(request.id);
    return found.length >= 2 && found;
  }, 'Slack was not told');
  return { task, request, messages };
};

const bodyOf = (userId: string, button: Button, more: object = {}): string =>
  new URLSearchParams({
    payload: JSON.stringify({
      type: 'block_actions',
      user: { id: userId },
      channel: { id: 'C0OPS' },
      actions: [button],
      ...more,
    }),
  }).toString();

const presses = (
  body: string,
  {
    secret = signingSecret,
    at = Date.now(),
    signature,
  }: { secret?: string; at?: number; signature?: string } = {},
) => {
  const timestamp = String(Math.floor(at / 1000));
  const right = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return http.inject({
    method: 'POST',
    url: '/slack/interactivity',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature ?? right,
    },
    payload: body,
  });
};

const press = (blocks: readonly unknown[], which: string): Button => {
  const found = buttonsOf(blocks).find(({ action_id }) => action_id === which);
  if (!found) throw new Error(`There is no button ${which}.`);
  return found;
};
const statusOf = async (task: Pick<Task, 'id'>) => (await world.now(task)).status;
const reviewsOf = async (approvalId: string) => (await world.services.approvals.reviews([approvalId])).length;

describe('people are told', () => {
  test('each at one place, and the requester at the end; what was decided says so everywhere at once', async () => {
    const { task, request, messages } = await asked();
    expect(messages.map(({ channel }) => channel).toSorted()).toEqual(['C0OPS', 'U0ANN']);
    await until(
      () => mailbox.mails.some(({ to, text }) => to[0] === 'bob@example.com' && text.includes(request.id)),
      'no mail',
    );
    expect(mailbox.mails.filter(({ text }) => text.includes(request.id)).map(({ to }) => to)).toEqual([
      ['bob@example.com'],
    ]);
    await world.approver.approves(task);
    await world.reaches(task, 'SUCCEEDED');
    await until(
      () => messagesAbout(request.id).every(({ blocks }) => buttonsOf(blocks).length === 0),
      'buttons stand',
    );
    expect(messagesAbout(request.id).every(({ blocks }) => JSON.stringify(blocks).includes('Approved'))).toBe(
      true,
    );
    await until(
      () => mailbox.mails.some(({ to, text }) => to[0] === 'olga@example.com' && text.includes(task.id)),
      'the requester was not told',
    );
  });

  test('of a goal that is cut in the middle of a sign, and of all that comes after it', async () => {
    const goal = `${'x'.repeat(298)}${'😀'.repeat(10)}`;
    const { task } = await asked({ goal });
    await world.approver.rejects(task, 'That is no goal of ours.');
  });

  test('of a goal in one line and in quotation marks, whatever stands in it', async () => {
    const goal = 'Fix it\nlow risk\nhttps://a.example\u202e';
    const { task, request } = await asked({ goal });
    const mail = await until(
      () => mailbox.mails.find(({ text }) => text.includes(request.id)),
      'nobody was asked',
    );
    const said = String.raw`"Fix it\nlow risk\nhttps://a.example\u{202e}"`;
    expect(mail.text.split('\r\n')).toContain(`Approve: ${said}`);
    expect(mail.text).not.toMatch(/^https:\/\/a\.example/m);
    await world.approver.rejects(task, 'That is no goal of ours.');
  });

  test('not of what they switched off', async () => {
    const { principal } = world.operator;
    accepted(
      await operations().setNoticeChoice.execute(as(principal), {
        kind: 'ENDED',
        channel: 'MAIL',
        isOn: false,
      }),
    );
    const quiet = await world.agent.submits(anErrand());
    await world.reaches(quiet, 'SUCCEEDED');
    const isRead =
      'SELECT 1 AS read FROM notice_cursor WHERE seq >= (SELECT max(seq) FROM event WHERE task_id = $1)';
    await until(
      async () => (await world.owner.query(isRead, [quiet.id])).length > 0,
      'its end was not looked at',
    );
    accepted(
      await operations().setNoticeChoice.execute(as(principal), {
        kind: 'ENDED',
        channel: 'MAIL',
        isOn: true,
      }),
    );
    const told = await world.agent.submits(anErrand());
    await world.reaches(told, 'SUCCEEDED');
    await until(() => mailbox.mails.some(({ text }) => text.includes(told.id)), 'no mail');
    expect(mailbox.mails.some(({ text }) => text.includes(quiet.id))).toBe(false);
  });

  test('a test arrives, or says why not', async () => {
    const { principal } = world.secondApprover;
    expect(await operations().testNotice.execute(as(principal), { channel: 'MAIL' })).toMatchObject({
      ok: true,
      value: { isSent: true },
    });
    expect(await operations().testNotice.execute(as(principal), { channel: 'SLACK' })).toMatchObject({
      ok: false,
      refusal: { code: 'NOT_IN_THIS_STATE' },
    });
  });
});

describe('Slack decides', () => {
  test('a press of somebody who may is their approval', async () => {
    const { task, request, messages } = await asked();
    const answer = await presses(bodyOf('U0ANN', press(messages[0]?.blocks ?? [], 'approve')));
    expect(answer.statusCode).toBe(200);
    await world.reaches(task, 'SUCCEEDED');
    const [review] = await world.services.approvals.reviews([request.id]);
    expect(review).toMatchObject({ reviewerId: world.approver.principal.id, verdict: 'APPROVE' });
    expect(review?.handIds).toContain(admin.id);
    await until(
      () => messagesAbout(request.id).every(({ blocks }) => buttonsOf(blocks).length === 0),
      'buttons stand',
    );
  });

  test('visits, replays, forgeries and strangers change nothing', async () => {
    const { task, request, messages } = await asked();
    const [one] = messages;
    const approve = press(one?.blocks ?? [], 'approve');
    const links = JSON.stringify(messages).match(/https?:\/\/[^|"<>\\]+/g) ?? [];
    expect(links.length).toBeGreaterThan(0);
    for (let visit = 0; visit < 100; visit += 1)
      expect((await http.inject({ method: 'GET', url: '/slack/interactivity' })).statusCode).toBe(404);
    const body = bodyOf('U0ANN', approve);
    const forged: readonly (readonly [string, Parameters<typeof presses>[1]])[] = [
      [body, { secret: 'another secret' }],
      [body, { signature: 'v0=00' }],
      [body, { at: Date.now() - 6 * 60_000 }],
      [body, { at: Date.now() + 6 * 60_000 }],
    ];
    for (const [text, how] of forged) expect((await presses(text, how)).statusCode).toBe(401);
    const [text = '', tag = ''] = approve.value.split('.');
    const other = JSON.parse(Buffer.from(text, 'base64url').toString()) as object;
    const altered = Buffer.from(JSON.stringify({ ...other, revision: 9 })).toString('base64url');
    for (const value of [`${altered}.${tag}`, `${text}.`, text, 'nonsense', `${text}.${tag}x`])
      expect((await presses(bodyOf('U0ANN', { ...approve, value }))).statusCode).toBe(200);
    expect((await presses('payload=%7B')).statusCode).toBe(200);
    await presses(bodyOf('U0EVE', approve));
    await until(
      () =>
        slack.state().whispers.some(({ user, text: told }) => user === 'U0EVE' && told.includes('link it')),
      'Eve was told nothing',
    );
    expect(await reviewsOf(request.id)).toBe(0);
    expect(await statusOf(task)).toBe('AWAITING_APPROVAL');
    await world.approver.rejects(task);
  });

  test('a press that comes a hundred times counts once', async () => {
    const { request, messages } = await asked();
    const body = bodyOf('U0ANN', press(messages[0]?.blocks ?? [], 'reject'));
    const at = Date.now();
    for (let time = 0; time < 100; time += 1) expect((await presses(body, { at })).statusCode).toBe(200);
    expect(await reviewsOf(request.id)).toBe(1);
  });

  test('what is decided by whoever sees all of it has no button, and a press all the same is answered with a link', async () => {
    const { task, request, messages } = await asked({ environment: 'PRODUCTION' });
    expect(messages.flatMap(({ blocks }) => buttonsOf(blocks))).toEqual([]);
    const { tenantId, id: approvalId, revision, planHash } = request;
    const value = seal(world.services.sending.key, {
      ...{ kind: 'decide', verdict: 'APPROVE', tenantId, approvalId, revision, planHash },
    });
    await presses(bodyOf('U0ANN', { action_id: 'approve', value }));
    await until(
      () => slack.state().whispers.some(({ text }) => text.includes(approvalId)),
      'Ann was told nothing',
    );
    expect(await reviewsOf(approvalId)).toBe(0);
    expect(await statusOf(task)).toBe('AWAITING_APPROVAL');
  });

  test('nobody decides on their own work, whoever presses', async () => {
    const { task, request, messages } = await asked();
    await binds(null, world.approver.principal);
    await binds('U0ANN', world.operator.principal);
    await presses(bodyOf('U0ANN', press(messages[0]?.blocks ?? [], 'approve')));
    expect(await reviewsOf(request.id)).toBe(0);
    expect(await statusOf(task)).toBe('AWAITING_APPROVAL');
    await binds(null, world.operator.principal);
    await binds('U0ANN', world.approver.principal);
  });

  test('a stranger links themselves with what Slack told them alone, and nobody takes another from them', async () => {
    const whisper = slack.state().whispers.find(({ user }) => user === 'U0EVE');
    const token = /slack=([^|&]+)/.exec(whisper?.text ?? '')?.[1] ?? '';
    const { principal } = world.secondApprover;
    expect(await operations().linkSlackUser.execute(as(principal), { token: `${token}x` })).toMatchObject({
      ok: false,
      refusal: { code: 'PRECONDITION_FAILED' },
    });
    const linked = accepted(await operations().linkSlackUser.execute(as(principal), { token }));
    expect(linked.slackUserId).toBe('U0EVE');
    expect(await operations().linkSlackUser.execute(as(world.approver.principal), { token })).toMatchObject({
      ok: false,
      refusal: { code: 'CONFLICT' },
    });
    const own = { principalId: principal.id, slackUserId: 'U0ANN' };
    expect(await operations().bindSlackUser.execute(as(principal), own)).toMatchObject({
      ok: false,
      refusal: { code: 'AUTHORIZATION_FAILED' },
    });
  });
});
