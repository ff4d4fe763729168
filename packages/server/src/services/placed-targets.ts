import { environments } from '@countersign/shared';
import type { Config } from '../config.ts';
import type { PlacedTargets } from '../domain/target-environment.ts';
import type { PolicyEngine } from '../modules/policy/index.ts';

/** Where targets belong: places and secrets by configuration, the rest by the policy's data. */
export const placedTargets = (
  { executors, secrets }: Config,
  settingsOf: (tenantId: string) => ReturnType<PolicyEngine['settings']>,
): ((tenantId: string) => PlacedTargets) => {
  const places = Object.entries(executors.platforms).flatMap(([platform, { environments = {} }]) =>
    Object.entries(environments).map(([name, environment]) => ({ platform, name, environment })),
  );
  const bound = Object.fromEntries(
    Object.entries(secrets).flatMap(([name, { environment }]) => (environment ? [[name, environment]] : [])),
  );
  return (tenantId) => ({
    places,
    secrets: bound,
    patterns: environments.flatMap((environment) =>
      settingsOf(tenantId).environments[environment].targets.map((pattern) => ({ pattern, environment })),
    ),
  });
};
