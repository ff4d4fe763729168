import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';
import { optional, text } from '../inputs.ts';
import { defineCommand, defineQuery } from '../operation.ts';
import type { ConfigurationState, Reload } from './configuration.ts';
import type { ConfigurationService } from './configuration-service.ts';

export interface ConfigurationOperationsDeps {
  /** Null where this process was not started from a file or an environment. */
  readonly service: ConfigurationService | null;
  /** The tenant that the installation began with: its administrators look after the installation. */
  readonly findFirstTenant: () => Promise<string | null>;
}

const reloadInput = z
  .strictObject({ reason: optional(text(2_000)).describe('Why, for the record.') })
  .meta({ id: 'ReloadConfigurationInput', description: 'Why it is read again.' });

const notHere = refusal(
  'NOT_IN_THIS_STATE',
  'This process was started without a configuration to read again.',
);
const othersTenant = refusal(
  'AUTHORIZATION_FAILED',
  'Administrators of the tenant that the installation began with look after its configuration.',
);

export const createConfigurationOperations = (deps: ConfigurationOperationsDeps) => ({
  configuration: defineQuery({
    name: 'configuration',
    description:
      'How the process that answers is configured: each setting as it counts, with where it is from, and what waits for a restart. Secrets are never among it. For administrators of the tenant that the installation began with.',
    input: z.strictObject({}),
    right: 'ADMINISTER',
    view: ({ viewer }) =>
      served(deps, viewer, (service): Promise<ConfigurationState> => Promise.resolve(service.state())),
  }),
  reloadConfiguration: defineCommand({
    name: 'reloadConfiguration',
    description:
      'Has the process that answers read its configuration again, as SIGHUP does: whole or, where there are faults, not at all. Other processes are told by a SIGHUP of their own.',
    input: reloadInput,
    right: 'ADMINISTER',
    run: ({ viewer }, { reason }) =>
      served(deps, viewer, (service): Promise<Reload> =>
        service.reload('API', { id: viewer.id, reason: reason ?? null }),
      ),
  }),
});

export type ConfigurationOperations = ReturnType<typeof createConfigurationOperations>;

const served = async <Value>(
  { service, findFirstTenant }: ConfigurationOperationsDeps,
  viewer: Caller,
  work: (service: ConfigurationService) => Promise<Value>,
): Promise<Outcome<Value>> => {
  if ((await findFirstTenant()) !== viewer.tenantId) return refused(othersTenant);
  return service ? accepted(await work(service)) : refused(notHere);
};
