import { anEvent } from '../../../testing/events.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EventType, NewEvent } from '../../domain/events.ts';
import { queueStateOf, type QueueState } from '../../domain/queue.ts';
import { createLogger } from '../../infra/logger.ts';
import type { ExecutorHealth } from '../../platforms/index.ts';
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
    sealLagMs: () => Promise.resolve(1_500),
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

describe('the registry', () => {
  it('speaks the text format of Prometheus', async () => {
    const { registry: created, lines } = create();
    expect(created.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await lines()).toContain('countersign_build_info{version="1.2.3"} 1');
  });

  it('has every series of steps from the start on, at zero', async () => {
    const { lines } = create();
    const found = await lines();
    const outcomes = [
      'SUCCEEDED',
      'RETRYING',
      'FAILED',
      'NEEDS_ATTENTION',
      'REFUSED',
      'HELD',
      'NOOP',
      'DRIFTED',
    ];
    for (const outcome of outcomes) {
      expect(found).toContain(`countersign_steps_total{platform="git",outcome="${outcome}"} 0`);
    }
    expect(found).toContain('countersign_step_duration_seconds_count{platform="git"} 0');
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

  it('is what docs/operations/metrics.md says', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../../docs/operations/metrics.md'), 'utf8');
    const rows = page.split('\n').flatMap((line) => {
      const cells = /^\| `(\w+)` +\| (\w+) +\| (.*?) +\| (.*?) +\|$/.exec(line);
      return cells ? [{ name: cells[1], type: cells[2], help: cells[4] }] : [];
    });
    const text = (await create().registry.render()).split('\n');
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
    // Some of what a process tells of itself, only Linux tells.
    expect(rows).toEqual(expect.arrayContaining(metrics));
    expect(own(rows)).toEqual(own(metrics));
    expect(own(rows).length).toBeGreaterThan(10);
  });
});
