import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resolver } from '../src/infra/egress.ts';
import { guardExecutors, type GuardingConfig } from '../src/platforms/contract/executors.ts';
import { createFileComparison } from '../src/platforms/git/file-comparison.ts';
import { createGitActions, type GitConfig } from '../src/platforms/git/git-actions.ts';
import { createHttpRequest, type HttpRequestConfig } from '../src/platforms/http/http-request.ts';
import type { AnyExecutor, Executors, PlanCall } from '../src/platforms/index.ts';
import { createSecrets, type ConfiguredSecret } from '../src/platforms/kit/secrets.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const planCall = (signal: AbortSignal = AbortSignal.timeout(120_000)): PlanCall => ({
  signal,
  tenantId: 'tenant-1',
  principalId: 'agent',
  priority: 'NORMAL',
  logger: silent,
});

export interface TestExecutorsOptions extends Partial<GuardingConfig> {
  readonly git?: GitConfig;
  readonly httpRequest?: Omit<HttpRequestConfig, 'secrets'> & {
    readonly secrets: Readonly<Record<string, ConfiguredSecret>>;
  };
  readonly moreExecutors?: readonly AnyExecutor[];
  readonly resolver?: Resolver;
}

/** The product's executors with nothing allowed but what a test asks for. */
export const createTestExecutors = (options: TestExecutorsOptions = {}): Executors => {
  const { egress = {}, internalHosts = {}, guards = {}, moreExecutors = [], resolver } = options;
  const httpRequest = options.httpRequest ?? { secrets: {} };
  const git = options.git ?? {
    allowedRepositories: [],
    cacheDir: join(tmpdir(), 'countersign-unused'),
    author: { name: 'Countersign', email: 'countersign@example.com' },
    gitEnvironment: { PATH: process.env.PATH ?? '' },
  };
  const stack = new AsyncDisposableStack();
  const secrets = [
    ...Object.values(httpRequest.secrets).map(({ value }) => value),
    ...git.allowedRepositories.flatMap(({ authorization }) => authorization ?? []),
  ];
  return guardExecutors(
    [
      ...createGitActions(git, stack.use(createFileComparison())),
      createHttpRequest({ ...httpRequest, secrets: createSecrets(httpRequest.secrets) }),
      ...moreExecutors,
    ],
    { egress, internalHosts, guards, secrets },
    { killSwitch: () => null, stack, ...(resolver ? { resolver } : {}) },
  );
};
