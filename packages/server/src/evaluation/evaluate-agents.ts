import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { prepareFirstRun } from '../first-run.ts';
import type { Logger } from '../infra/logger.ts';
import { makeSamples } from '../platforms/index.ts';
import { startSandbox } from '../sandbox.ts';
import type { EvaluationCase, EvaluationSet } from './evaluation-set.ts';
import type { AgentReport } from './evaluation-report.ts';
import { assessCase, type Planned } from './assess-case.ts';
import { createRecordedPlanner } from './recorded-planner.ts';

/** Longer than any agent may plan. */
const longestMs = 400_000;
const pauseMs = 100;

export interface Evaluation {
  /** An empty home and database, which are its own. */
  readonly config: Config;
  readonly logger: Logger;
  readonly sets: readonly EvaluationSet[];
  /** Whether the models of the configuration are asked instead of the recordings. */
  readonly isLive: boolean;
}

/**
 * Has each agent plan the goals of its set, over the data of the sandbox, through a server of its own: what they propose
 * is checked, planned and decided on as any plan is, and nothing of it runs.
 */
export const evaluateAgents = async ({
  config: given,
  logger,
  sets,
  isLive,
}: Evaluation): Promise<AgentReport[]> => {
  using sandbox = await startSandbox(given, logger);
  const config = sandbox.over(given);
  const samples = await makeSamples(config.executors, config);
  const recorded = createRecordedPlanner(sets.flatMap(({ cases }) => cases));
  await using app = await createApp(config, logger, {
    sandbox,
    ...(isLive ? {} : { planners: [recorded] }),
  });
  const firstRun = await prepareFirstRun(config, app.access, app.url, samples);
  if (!firstRun) throw new Error('An evaluation wants an empty database of its own.');
  await app.fillSandbox();
  const ask = createAsk(app.url, firstRun.agentKey);
  const reports: AgentReport[] = [];
  for (const { agent, cases } of sets) {
    const planned: Planning[] = [];
    // One after the other: what each costs is its own.
    for (const one of cases) planned.push(await plan(ask, one));
    reports.push({
      agent,
      planner: planned.find(({ planner }) => planner !== null)?.planner ?? 'none',
      cases: cases.map((one, at) => assessCase(agent, one, planned[at] ?? nothing)),
    });
  }
  return reports;
};

interface Planning extends Planned {
  readonly planner: string | null;
}

const nothing: Planned = {
  status: 'UNKNOWN',
  agent: null,
  actions: null,
  targets: 0,
  question: null,
  calls: [],
  report: null,
  inputTokens: 0,
  outputTokens: 0,
  costMicros: null,
};

type Ask = (query: string, variables: object) => Promise<unknown>;

const createAsk =
  (url: string, key: string): Ask =>
  async (query, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = z
      .object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() })
      .parse(await response.json());
    if (errors) throw new Error(errors.map(({ message }) => message).join(' '));
    return data;
  };

const submitted = z.object({
  executeTask: z.object({
    task: z.object({ id: z.string() }).nullable(),
    refusal: z.object({ message: z.string() }).nullable(),
  }),
});

const told = z.object({
  task: z.object({
    status: z.string(),
    error: z.object({ message: z.string() }).nullable(),
    planning: z
      .object({
        agent: z.string(),
        planner: z.string(),
        question: z.string().nullable(),
        report: z.string().nullable(),
        calls: z.array(
          z.object({
            tool: z.string(),
            failure: z.string().nullable(),
            citation: z.object({ text: z.string() }).nullable(),
          }),
        ),
        inputTokens: z.int(),
        outputTokens: z.int(),
        costMicros: z.int().nullable(),
      })
      .nullable(),
    plan: z
      .object({
        steps: z.array(
          z.object({
            kind: z.string(),
            actionType: z.string(),
            targets: z.array(z.object({ name: z.string() })),
          }),
        ),
      })
      .nullable(),
  }),
});

const plan = async (ask: Ask, { goal, environment }: EvaluationCase): Promise<Planning> => {
  const input = {
    idempotencyKey: crypto.randomUUID(),
    goal,
    environment,
    mode: 'PLAN',
    justification: 'An evaluation of agents.',
  };
  const { executeTask } = submitted.parse(
    await ask(
      'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id } refusal { message } } }',
      { input },
    ),
  );
  if (!executeTask.task) throw new Error(executeTask.refusal?.message ?? 'A goal was not taken.');
  const deadline = performance.now() + longestMs;
  for (;;) {
    const { task } = told.parse(await ask(read, { id: executeTask.task.id }));
    if (task.status !== 'PLANNING') return planningOf(task);
    if (performance.now() > deadline) throw new Error(`Nobody planned "${goal}" in time.`);
    await sleep(pauseMs);
  }
};

const read = `query ($id: ID!) {
  task(id: $id) {
    status
    error { message }
    planning {
      agent planner question report inputTokens outputTokens costMicros
      calls { tool failure citation }
    }
    plan { steps { kind actionType targets { name } } }
  }
}`;

const planningOf = ({ status, error, planning, plan: made }: z.output<typeof told>['task']): Planning => {
  const steps = made?.steps.filter(({ kind }) => kind === 'ACTION') ?? [];
  const calls =
    planning?.calls.map(({ citation, ...call }) => ({ ...call, citation: citation?.text ?? null })) ?? [];
  return {
    status,
    planner: planning?.planner ?? null,
    agent: planning?.agent ?? null,
    // A rollout is a step for each target.
    actions: made ? [...new Set(steps.map(({ actionType }) => actionType))] : null,
    targets: new Set(steps.flatMap(({ targets }) => targets.map(({ name }) => name))).size,
    question: planning?.question ?? error?.message ?? null,
    report: planning?.report ?? null,
    inputTokens: planning?.inputTokens ?? 0,
    outputTokens: planning?.outputTokens ?? 0,
    costMicros: planning?.costMicros ?? null,
    calls,
  };
};
