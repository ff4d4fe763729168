import { environments } from '@countersign/shared';
import type { Config } from '../config.ts';
import { spelledAlike, type PlacedTargets } from '../domain/target-environment.ts';
import type { PolicyEngine } from '../modules/policy/index.ts';

/** Where targets belong: places and secrets by configuration, the rest by the policy's data. */
export const placedTargets = (
  config: () => Config,
  settingsOf: (tenantId: string) => ReturnType<PolicyEngine['settings']>,
): ((tenantId: string) => PlacedTargets) => {
  const read = () => placesOf(config());
  let of = config();
  let { places, secrets } = read();
  return (tenantId) => {
    if (of !== config()) {
      of = config();
      ({ places, secrets } = read());
    }
    return {
      places,
      secrets,
      patterns: environments.flatMap((environment) =>
        settingsOf(tenantId).environments[environment].targets.map((pattern) => ({ pattern, environment })),
      ),
    };
  };
};

const placesOf = ({ executors, secrets }: Config): Pick<PlacedTargets, 'places' | 'secrets'> => {
  const places = Object.entries(executors.platforms).flatMap(([platform, { environments = {} }]) =>
    Object.entries(environments).map(([name, environment]) => ({
      platform,
      name: spelledAlike(name),
      environment,
    })),
  );
  const bound = Object.fromEntries(
    Object.entries(secrets).flatMap(([name, { environment }]) => (environment ? [[name, environment]] : [])),
  );
  return { places, secrets: bound };
};
