import type { TaskStatus } from '@countersign/shared';
import type { Door, DoorCaller, DoorSubmission, SeenPlan, DoorAnswer } from './door.ts';

/** Who takes part in a scenario, and how it waits for what the server does by itself. */
export interface Cast {
  readonly door: Door;
  readonly agent: DoorCaller;
  readonly approver: DoorCaller;
  /** A platform that breaks off whatever it is asked, after it may have done it. */
  readonly brokenUrl: string;
  /** Waits until the task has this status. */
  reaches(taskId: string, status: TaskStatus): Promise<void>;
}

/** What a scenario came to, told by its door: the same through all of them. */
export type Scenario = (cast: Cast) => Promise<readonly DoorAnswer[]>;

/** In words that an intent file comes to. */
const aTask = (more: Partial<DoorSubmission> = {}): DoorSubmission => ({
  idempotencyKey: crypto.randomUUID(),
  goal: 'Scale web-01 in shop to 3 replicas',
  actions: [{ type: 'noop.run', params: {} }],
  ...more,
});

/** What the policy of these scenarios has people decide on. */
const decidedByPeople = { actions: [{ type: 'noop.run', params: { note: 'a door' } }] };
export const givenParams = { 'noop.run': ['note'] };

const idOf = ({ taskId }: DoorAnswer): string => {
  if (taskId === null) throw new Error('No task came of it.');
  return taskId;
};

const asked = async ({ door, agent }: Cast): Promise<{ told: DoorAnswer; plan: SeenPlan }> => {
  const told = await door.submit(agent, aTask(decidedByPeople));
  const { revision, planHash } = await door.read(agent, idOf(told));
  if (revision === undefined || planHash === undefined) throw new Error('It has no plan.');
  return { told, plan: { taskId: idOf(told), revision, planHash } };
};

/** For every door: what a person or a program says may be a file. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  async 'a task that nobody need approve runs'(cast) {
    const { door, agent } = cast;
    const told = await door.submit(agent, aTask());
    await cast.reaches(idOf(told), 'SUCCEEDED');
    return [told, await door.read(agent, idOf(told))];
  },

  async 'what may have been done is told as not known, and is not to be asked for again'(cast) {
    const { door, agent, brokenUrl: url } = cast;
    const [write, look] = ['POST', 'GET'].map((method) =>
      aTask({ actions: [{ type: 'http.request', params: { method, url } }] }),
    );
    const [written, looked] = [
      await door.submit(agent, write ?? aTask()),
      await door.submit(agent, look ?? aTask()),
    ];
    await cast.reaches(idOf(written), 'NEEDS_ATTENTION');
    await cast.reaches(idOf(looked), 'FAILED');
    const unknown = await door.read(agent, idOf(written));
    const failed = await door.read(agent, idOf(looked));
    const told = [unknown.error?.code, unknown.error?.retriable, failed.error?.code, failed.error?.retriable];
    if (told.join() !== 'OUTCOME_UNKNOWN,false,NETWORK_ERROR,true')
      throw new Error(`It is told as ${told.join()}.`);
    return [
      { ...unknown, taskId: null },
      { ...failed, taskId: null },
    ];
  },

  async 'what has faults is refused with all of them'({ door, agent }) {
    const params = { label: 1, extra: 1 };
    return [await door.submit(agent, aTask({ actions: [{ type: 'noop.run', params }] }))];
  },

  async 'what policy denies is on the record'({ door, agent }) {
    const told = await door.submit(agent, aTask({ environment: 'PRODUCTION' }));
    return [{ ...told, status: null }, await door.read(agent, idOf(told))];
  },

  async 'what people approve runs'(cast) {
    const { door, agent, approver } = cast;
    const { told, plan } = await asked(cast);
    const own = await door.approve(agent, plan);
    const stale = await door.approve(approver, { ...plan, planHash: '0'.repeat(64) });
    const approved = await door.approve(approver, plan);
    await cast.reaches(plan.taskId, 'SUCCEEDED');
    // It may run already when its answer is made.
    return [told, own, stale, { ...approved, status: null }, await door.read(agent, plan.taskId)];
  },

  async 'what people reject never runs, and the agent cannot ask again'(cast) {
    const { door, agent, approver } = cast;
    const { told, plan } = await asked(cast);
    const unsaid = await door.reject(approver, plan, 'no');
    const rejected = await door.reject(approver, plan, 'Not before the freeze is over.');
    return [told, unsaid, rejected, await door.approve(approver, plan), await door.read(agent, plan.taskId)];
  },

  async 'what nobody decides on in time expires, and is approved no more'(cast) {
    const { door, agent, approver } = cast;
    const told = await door.submit(agent, aTask({ ...decidedByPeople, environment: 'STAGING' }));
    await cast.reaches(idOf(told), 'EXPIRED');
    const read = await door.read(agent, idOf(told));
    const { revision = 0, planHash = '' } = read;
    const late = await door.approve(approver, { taskId: idOf(told), revision, planHash });
    return [told, read, late];
  },

  async 'what is cancelled ends once'(cast) {
    const { door, agent } = cast;
    const { told, plan } = await asked(cast);
    const cancelled = await door.cancel(agent, plan.taskId, 'Not needed any more');
    return [
      told,
      cancelled,
      await door.cancel(agent, plan.taskId, 'Again'),
      await door.approve(cast.approver, plan),
    ];
  },

  async 'who submits too much is told to wait'({ door, agent }) {
    const told: DoorAnswer[] = [];
    for (let count = 0; count <= submissionsAllowed; count += 1)
      told.push(await door.submit(agent, aTask(decidedByPeople)));
    return told;
  },
};

/** For doors whose callers say what no file says, and are told what they ask. */
export const scenariosOfCalls: Readonly<Record<string, Scenario>> = {
  async 'what its submitter wants decided waits for people'({ door, agent }) {
    const told = await door.submit(agent, aTask({ goal: 'Ask first', requiresApproval: true }));
    return [told, await door.read(agent, idOf(told))];
  },

  async 'what is no action, for no goal, is refused with both'({ door, agent }) {
    return [await door.submit(agent, aTask({ goal: '', actions: [{ type: 'no.such', params: {} }] }))];
  },

  async 'the same key gives the same task, and no other'({ door, agent }) {
    const submission = aTask(decidedByPeople);
    const first = await door.submit(agent, submission);
    const again = await door.submit(agent, submission);
    const other = await door.submit(agent, { ...submission, goal: 'Something else' });
    if (again.taskId !== first.taskId || other.taskId !== first.taskId)
      throw new Error('The key stands for several tasks.');
    return [first, again, other];
  },

  async 'nobody sees what is not there'({ door, agent }) {
    const nowhere = crypto.randomUUID();
    return [await door.read(agent, nowhere), await door.cancel(agent, nowhere, 'Nothing')];
  },
};

/** Of one agent, in the window that a scenario lasts. */
export const submissionsAllowed = 5;
