import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resolver } from '../src/infra/egress.ts';
import {
  createExecutors,
  type AnyExecutor,
  type Executors,
  type ExecutorsConfig,
  type PlanCall,
} from '../src/platforms/index.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const planCall = (signal: AbortSignal = AbortSignal.timeout(30_000)): PlanCall => ({
  signal,
  tenantId: 'tenant-1',
  principalId: 'agent',
  priority: 'NORMAL',
  logger: silent,
});

export interface TestExecutorsOptions extends Partial<ExecutorsConfig> {
  readonly moreExecutors?: readonly AnyExecutor[];
  readonly resolver?: Resolver;
}

/** The product's executors with nothing allowed but what a test asks for. */
export const createTestExecutors = (options: TestExecutorsOptions = {}): Executors => {
  const { moreExecutors, resolver, ...config } = options;
  return createExecutors(
    {
      egress: {},
      guards: {},
      httpRequest: { secrets: {} },
      repoCommit: {
        allowedRepositories: [],
        cacheDir: join(tmpdir(), 'countersign-unused'),
        author: { name: 'Countersign', email: 'countersign@example.com' },
        gitEnvironment: { PATH: process.env.PATH ?? '' },
      },
      ...config,
    },
    {
      killSwitch: () => null,
      ...(moreExecutors ? { moreExecutors } : {}),
      ...(resolver ? { resolver } : {}),
    },
  );
};
