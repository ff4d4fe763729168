import { anEvent } from '../../../testing/events.ts';
import { requirePrometheus, startPrometheus } from '../../../testing/prometheus.ts';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { taskStatuses } from '@countersign/shared';
import { errorCodes } from '../../domain/error-catalogue.ts';
import { eventTypes, type EventType, type NewEvent } from '../../domain/events.ts';
import { queueStateOf, type QueueState } from '../../domain/queue.ts';
import { createLogger } from '../../infra/logger.ts';
import type { ExecutorHealth } from '../../platforms/index.ts';
import { olderNames } from './older-names.ts';
import {
  createMetricsRegistry,
  type MetricsRegistry,
  type MetricsRegistryDependencies,
} from './metrics-registry.ts';

const lane = { priority: 'HIGH', depth: 3, active: 2, slots: 8, oldestAgeMs: 1_500 } as const;
const git: ExecutorHealth = {
  platform: 'git',
  status: 'DEGRADED',
  circuitBreaker: { state: 'HALF_OPEN', failureCount: 5, opensAt: 5, nextProbeAt: null },
  rateLimit: { current: 0, limit: 600, resetAt: new Date() },
  lastSuccessAt: null,
  lastFailureAt: null,
  recentCalls: 0,
  averageResponseMs: null,
  p50ResponseMs: null,
  p95ResponseMs: null,
  actionTypes: ['repo.commit@1'],
};

let registry: MetricsRegistry | undefined;
afterEach(() => registry?.[Symbol.dispose]());

/** A registry whose events the test commits itself. */
const create = (more: Partial<MetricsRegistryDependencies> = {}) => {
  let commit: (events: readonly NewEvent[]) => void = () => undefined;
  const created = createMetricsRegistry({
    version: '1.2.3',
    journal: {
      onCommitted: (listener) => {
        commit = listener;
      },
    },
    queue: { state: () => Promise.resolve(queueStateOf([lane], [], new Date())) },
    jobs: {
      backlog: () => Promise.resolve([{ name: 'plan', count: 3, failing: 1, oldestAgeMs: 2_500 }]),
    },
    alerts: {
      findAlerts: async () => [
        { kind: 'EXECUTOR_DOWN', subject: 'git', message: 'git is down.', since: new Date() },
      ],
    },
    executors: { report: () => [git] },
    agents: ['drift'],
    tools: ['query_assets'],
    sealLagMs: () => Promise.resolve(1_500),
    streamLagMs: () => Promise.resolve(2_500),
    readRetention: () => Promise.resolve([]),
    droppedLogLines: () => new Map([['syslog', 3]]),
    databaseBytes: () => Promise.resolve(8_000_000),
    replica: null,
    countSubscribers: () => 4,
    logger: createLogger({ level: 'silent' }),
    ...more,
  });
  registry = created;
  const lines = async (): Promise<string[]> => (await created.render()).split('\n');
  return {
    registry: created,
    commit: (...events: NewEvent[]) => {
      commit(events);
    },
    lines,
  };
};

const event = (type: EventType, data: object = {}): NewEvent =>
  anEvent('tenant-of-nobody', {
    type,
    taskId: 'task-of-nobody',
    actorId: 'actor-of-nobody',
    summary: 'a goal that nobody may read',
    data,
  });

const replicaBehind = (lagMs: number | null) => ({
  trouble: () => null,
  lagMs: () => lagMs,
  reads: () => ({ replica: 5, primary: 2 }),
});

describe('the registry', () => {
  it('speaks the text format of Prometheus', async () => {
    const { registry: created, lines } = create();
    expect(created.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await lines()).toContain('countersign_build_info{version="1.2.3"} 1');
  });

  it('speaks OpenMetrics too, where what took long points to its trace', async () => {
    const { registry: created, commit } = create();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const took = { platform: 'git', durationMs: 70 };
    commit({ ...event('step.succeeded', took), traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    commit({ ...event('step.succeeded', took), traceparent: `00-${'f'.repeat(32)}-b7ad6b7169203331-00` });
    const text = await created.openMetrics.render();
    expect(created.openMetrics.contentType).toMatch(/^application\/openmetrics-text; version=1/);
    expect(text).toMatch(/\n# EOF\n$/);
    expect(text).not.toContain('\n\n');
    expect(text).toContain('# TYPE countersign_tasks counter\n');
    expect(text).toContain('countersign_tasks_total{status="PLANNING"} 0\n');
    expect(text.match(/# TYPE countersign_step_duration_seconds /g)).toHaveLength(1);
    expect(text).toMatch(
      new RegExp(
        `^countersign_step_duration_seconds_bucket{le="0.1",platform="git"} 2 # {trace_id="${traceId}"} 0.07 `,
        'm',
      ),
    );
    expect(await created.render()).not.toContain(traceId);
  });

  it('tells of a replica where there is one, and of its lag where it is known', async () => {
    const told = async (lagMs: number | null): Promise<string[]> => {
      return (await create({ replica: replicaBehind(lagMs) }).lines()).filter((line) =>
        /^countersign_(replica|history)/.test(line),
      );
    };
    const reads = [
      'countersign_history_reads_total{from="replica"} 5',
      'countersign_history_reads_total{from="primary"} 2',
    ];
    expect(await told(1_500)).toEqual(['countersign_replica_lag_seconds 1.5', ...reads]);
    expect(await told(null)).toEqual(reads);
    expect(await create().registry.render()).not.toMatch(/replica|history_reads/);
  });

  /** Whose labels are what callers send, or what has been done. */
  const openEnded = /^countersign_(http_|retention_)/;
  const product = (...sets: readonly (readonly string[])[]): string[] =>
    sets.reduce<string[]>((all, set) => all.flatMap((one) => set.map((other) => one + other)), ['']);
  const label = (name: string, values: readonly string[]): string[] =>
    values.map((value) => `${name}="${value}"`);

  it('has every series from the start on', async () => {
    const text = await create().registry.render();
    const named = [...text.matchAll(/^# TYPE (countersign_\w+) (\w+)$/gm)].map(([, name = '']) => name);
    const silent = named.filter((name) => !new RegExp(`^${name}(_count)?[ {]`, 'm').test(text));
    expect(silent.filter((name) => !openEnded.test(name))).toEqual([]);
  });

  const stepOutcomes = [
    'SUCCEEDED',
    'NOOP',
    'RETRYING',
    'HELD',
    'DRIFTED',
    'FAILED',
    'FELL_BACK',
    'UNDONE',
    'NEEDS_ATTENTION',
    'REFUSED',
  ];

  it.each([
    ['steps_total', [label('platform', ['git']), [','], label('outcome', stepOutcomes)]],
    ['errors_total', [label('platform', ['git', '']), [','], label('code', errorCodes)]],
    ['tasks_total', [label('status', taskStatuses)]],
    ['approvals_total', [label('resolution', ['APPROVED', 'REJECTED', 'EXPIRED'])]],
    ['events_total', [label('type', eventTypes)]],
    ['tool_calls_total', [['name="query_assets"'], [','], label('result', ['success', 'failure'])]],
    ['step_duration_seconds_count', [label('platform', ['git'])]],
    ['planning_duration_seconds_count', [label('agent', ['drift'])]],
  ])('has each of %s at zero', async (name, sets) => {
    const found = (await create().lines()).filter((line) => line.startsWith(`countersign_${name}{`));
    expect(found.sort()).toEqual(
      product(...sets)
        .map((labels) => `countersign_${name}{${labels}} 0`)
        .sort(),
    );
  });

  it('counts a rehearsal as no success of its platform, and takes no time of it', async () => {
    const { commit, lines } = create();
    commit(event('step.succeeded', { platform: 'git', durationMs: 700, isNoop: true }));
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'countersign_steps_total{platform="git",outcome="NOOP"} 1',
        'countersign_steps_total{platform="git",outcome="SUCCEEDED"} 0',
        'countersign_step_duration_seconds_count{platform="git"} 0',
      ]),
    );
  });

  it('counts a step whose target had moved as no failure', async () => {
    const { commit, lines } = create();
    commit(event('step.failed', { platform: 'git', code: 'PRECONDITION_FAILED' }), event('plan.superseded'));
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'countersign_steps_total{platform="git",outcome="DRIFTED"} 1',
        'countersign_steps_total{platform="git",outcome="FAILED"} 0',
        'countersign_tasks_total{status="FAILED"} 0',
      ]),
    );
  });

  it('counts what is committed', async () => {
    const { commit, lines } = create();
    commit(event('task.submitted'), event('approval.requested'));
    commit(event('step.started', { attempt: 1, fence: 1, queueMs: 40, platform: 'git' }));
    commit(event('step.retrying', { platform: 'git', code: 'EXECUTION_TIMEOUT' }));
    commit(event('step.started', { attempt: 2, fence: 2, queueMs: 9_000, platform: 'git' }));
    commit(event('step.held', { platform: 'git', rule: 'platform.circuit_breaker' }));
    commit(event('step.succeeded', { platform: 'git', durationMs: 700 }), event('task.succeeded'));
    commit(event('approval.resolved', { status: 'APPROVED' }));
    const text = await lines();
    expect(text).toEqual(
      expect.arrayContaining([
        'countersign_tasks_total{status="PLANNING"} 1',
        'countersign_tasks_total{status="AWAITING_APPROVAL"} 1',
        'countersign_tasks_total{status="SUCCEEDED"} 1',
        'countersign_tasks_total{status="FAILED"} 0',
        'countersign_steps_total{platform="git",outcome="RETRYING"} 1',
        'countersign_steps_total{platform="git",outcome="HELD"} 1',
        'countersign_steps_total{platform="git",outcome="SUCCEEDED"} 1',
        'countersign_step_duration_seconds_sum{platform="git"} 0.7',
        'countersign_queue_wait_seconds_sum 0.04',
        'countersign_queue_wait_seconds_count 1',
        'countersign_approvals_total{resolution="APPROVED"} 1',
        'countersign_approvals_total{resolution="EXPIRED"} 0',
        'countersign_events_total{type="step.started"} 2',
      ]),
    );
  });

  it('names nobody and no goal', async () => {
    const { commit, lines } = create();
    commit(
      event('task.submitted', { goal: 'a goal that nobody may read' }),
      event('step.failed', { platform: 'git' }),
    );
    expect((await lines()).join('\n')).not.toMatch(/nobody/);
  });

  it('reads lanes, platforms and subscribers when it is asked', async () => {
    const text = await create().lines();
    expect(text).toEqual(
      expect.arrayContaining([
        'countersign_queue_depth{lane="HIGH"} 3',
        'countersign_queue_active{lane="HIGH"} 2',
        'countersign_queue_slots{lane="HIGH"} 8',
        'countersign_queue_oldest_seconds{lane="HIGH"} 1.5',
        'countersign_queue_depth{lane="LOW"} 0',
        'countersign_executor_breaker_state{platform="git",state="HALF_OPEN"} 1',
        'countersign_executor_breaker_state{platform="git",state="CLOSED"} 0',
        'countersign_executor_health{platform="git"} 0.5',
        'countersign_subscribers 4',
      ]),
    );
  });

  it('leaves out what cannot be read, and tells the rest', async () => {
    let isAway = false;
    const state = (): Promise<QueueState> =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(queueStateOf([lane], [], new Date()));
    const { lines } = create({ queue: { state } });
    expect((await lines()).some((line) => line.startsWith('countersign_queue_depth{'))).toBe(true);
    isAway = true;
    const text = await lines();
    expect(text.some((line) => line.startsWith('countersign_queue_depth{'))).toBe(false);
    expect(text).toContain('countersign_subscribers 4');
  });

  it('carries the labels of an installation on every metric', async () => {
    const text = await create({ labels: { cluster: 'west' } }).lines();
    expect(text).toContain('countersign_subscribers{cluster="west"} 4');
  });

  it('tells the same under older names, with the labels of an installation', async () => {
    const {
      registry: created,
      commit,
      lines,
    } = create({ labels: { cluster: 'west' }, porchMode: 'structured' });
    commit(event('step.retrying', { platform: 'porch', code: 'EXECUTION_TIMEOUT' }));
    commit(
      event('approval.requested'),
      event('task.started'),
      event('step.succeeded', { platform: 'porch', durationMs: 700 }),
    );
    created.intents.onDone('success', 1_500);
    created.intents.onError('E003');
    created.countTool({ tool: 'query_assets', isOk: true });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'conductor_queue_size{cluster="west"} 3',
        'conductor_active_workers{cluster="west"} 2',
        'conductor_porch_timeout_total{cluster="west"} 1',
        'conductor_porch_executions_total{cluster="west",mode="structured"} 2',
        'conductor_porch_execution_duration_seconds_bucket{cluster="west",le="1"} 1',
        'conductor_files_processed_total{cluster="west",status="success"} 1',
        'conductor_files_processing_duration_seconds_count{cluster="west"} 1',
        'conductor_errors_total{cluster="west",code="E003"} 1',
        'conductor_state_file_size_bytes{cluster="west"} 8000000',
        'orchestrator_tasks_total{cluster="west",status="pending_approval"} 1',
        'orchestrator_executions_total{cluster="west",status="running"} 1',
        'orchestrator_tool_calls_total{cluster="west",name="query_assets",result="success"} 1',
      ]),
    );
  });

  it('leaves out groups that are switched off', async () => {
    const groups = { process: false, queue: false, olderNames: false };
    const text = (await create({ groups }).lines()).join('\n');
    expect(text).not.toMatch(/^(process_|nodejs_|conductor_|countersign_queue_depth)/m);
    expect(text).toMatch(/^countersign_tasks_total/m);
  });

  it('gives promtool nothing to complain of', { timeout: 120_000 }, async () => {
    requirePrometheus();
    const text = await create({ labels: { cluster: 'west' } }).registry.render();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    expect([stdout, stderr, status]).toEqual(['', '', 0]);
  });

  it('times an agent from its start to its proposal', async () => {
    const { commit, lines } = create();
    const at = new Date();
    commit({ ...event('planning.started', { agent: 'drift' }), at });
    commit({ ...event('planning.finished', { agent: 'drift' }), at: new Date(at.getTime() + 2_000) });
    expect(await lines()).toContain('countersign_planning_duration_seconds_sum{agent="drift"} 2');
  });

  it('measures requests by route', async () => {
    const { registry: created, lines } = create();
    created.observeRequest({ method: 'POST', route: '/graphql', status: 200, durationMs: 20 });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'countersign_http_requests_total{method="POST",route="/graphql",status="200"} 1',
        'countersign_http_request_duration_seconds_sum{method="POST",route="/graphql"} 0.02',
      ]),
    );
  });

  it('is what docs/operations/observability.md says', async () => {
    const page = readFileSync(
      join(import.meta.dirname, '../../../../../docs/operations/observability.md'),
      'utf8',
    );
    const rows = page.split('\n').flatMap((line) => {
      const cells = /^\| `(\w+)` +\| (\w+) +\| (.*?) +\| (.*?) +\|$/.exec(line);
      return cells ? [{ name: cells[1], type: cells[2], help: cells[4] }] : [];
    });
    const text = (await create({ replica: replicaBehind(0) }).registry.render()).split('\n');
    const metrics = text.flatMap((line, index) => {
      const help = /^# HELP (\w+) (.*)$/.exec(line);
      const type = /^# TYPE \w+ (\w+)$/.exec(text[index + 1] ?? '');
      return help ? [{ name: help[1], type: type?.[1], help: help[2] }] : [];
    });
    const own = (list: readonly { name?: string | undefined }[]) =>
      list
        .map(({ name }) => name)
        .filter((name) => name?.startsWith('countersign_'))
        .sort();
    const older = new Map(
      [...page.matchAll(/^\| `((?:conductor|orchestrator)_\w+)` \| `(\w+)` \|$/gm)].map(([, name, of]) => [
        name,
        of,
      ]),
    );
    expect(older).toEqual(new Map(olderNames.map(({ name, of }) => [name, of])));
    // Some of what a process tells of itself, only Linux tells.
    expect(rows).toEqual(expect.arrayContaining(metrics.filter(({ name }) => !older.has(name))));
    expect(own(rows)).toEqual(own(metrics));
    expect(own(rows).length).toBeGreaterThan(10);
  });
});

describe('a real Prometheus', () => {
  const root = join(import.meta.dirname, '../../../../..');
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const dashboard = readFileSync(join(root, 'deploy/grafana/countersign.json'), 'utf8');
  const queries = [...dashboard.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)]
    .map(([, text]) => JSON.parse(text ?? '') as string)
    .map((query) => query.replaceAll('$__rate_interval', '10s'));

  /** Work of all kinds that the dashboard shows, again and again, so that there is an increase. */
  const work = ({ registry: created, commit }: ReturnType<typeof create>): void => {
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const ofGit = { platform: 'git', durationMs: 70, queueMs: 5, fence: 1, code: 'SERVICE_DOWN' };
    commit(
      { ...event('step.started', ofGit), traceparent },
      { ...event('step.succeeded', ofGit), traceparent },
      event('step.failed', ofGit),
      event('planning.started'),
      event('planning.finished', { agent: 'scaler' }),
      event('run.resumed', { pausedMs: 5_000 }),
    );
    created.observePlan(20);
    created.countTool({ name: 'query_assets', result: 'OK' } as never);
    created.observeRequest({ method: 'POST', route: '/graphql', status: 200, durationMs: 20 });
  };

  it('takes all that it is told, answers every query of the dashboard, and finds traces', async () => {
    const made = create();
    work(made);
    const accepted: (string | undefined)[] = [];
    const server = createServer(({ headers: { accept } }, response) => {
      accepted.push(accept);
      work(made);
      const { contentType, render } = made.registry.openMetrics;
      void render().then((text) => response.writeHead(200, { 'content-type': contentType }).end(text));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await using prometheus = await startPrometheus(
        url,
        join(root, 'deploy/prometheus/countersign.rules.yaml'),
      );
      const unanswered = async (): Promise<string[]> => {
        const answers = await Promise.all(
          queries.map(async (query) => [query, await prometheus.queries(query)] as const),
        );
        return answers.flatMap(([query, found]) => (found.length === 0 ? [query] : []));
      };
      expect(queries.length).toBeGreaterThan(20);
      await expect.poll(unanswered, { timeout: 60_000, interval: 1_000 }).toEqual([]);
      expect(await prometheus.asks('targets')).toMatchObject({
        activeTargets: [{ health: 'up', lastError: '' }],
      });
      const asked = new URLSearchParams({
        query: 'countersign_step_duration_seconds_bucket',
        start: String(Date.now() / 1_000 - 600),
        end: String(Date.now() / 1_000 + 600),
      });
      expect(JSON.stringify(await prometheus.asks(`query_exemplars?${asked.toString()}`))).toContain(
        `"trace_id":"${traceId}"`,
      );
      // It asks for this by itself.
      expect(accepted[0]).toContain('application/openmetrics-text');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }, 90_000);
});
