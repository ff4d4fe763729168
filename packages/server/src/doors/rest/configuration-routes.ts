import { z } from 'zod';
import type { ConfigurationState, Reload } from '../../modules/configuration/index.ts';
import { moment } from '../shared/task-json.ts';
import { operationRoute, type Answer } from './operation-route.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestRoute } from './rest-route.ts';

const reloadSchema = z
  .strictObject({
    at: moment.describe('When it was.'),
    cause: z.enum(['SIGNAL', 'API', 'SECRETS']).describe('What asked for it; SECRETS where one was rotated.'),
    is_taken: z.boolean().describe('False where there were faults: then all is as it was.'),
    faults: z
      .array(
        z.strictObject({
          source: z.string().describe('The file, the variable, or the part of the process.'),
          line: z.int().nullable().describe('Of the file; null where no line is meant.'),
          column: z.int().nullable().describe('Of the line.'),
          path: z.string().describe('Which setting; empty where none is meant.'),
          message: z.string().describe('What is wrong, and what to do.'),
        }),
      )
      .describe('All that was wrong.'),
    changes: z
      .array(
        z.strictObject({
          path: z.string().describe('Which setting, or `secret NAME`, or `policy data`.'),
          before: z.string().nullable().describe('As JSON; null where it is no setting, or was not there.'),
          after: z.string().nullable().describe('As JSON; null where it is no setting, or is not there.'),
          outcome: z.enum(['APPLIED', 'NEEDS_RESTART']).describe('Whether it counts now.'),
        }),
      )
      .describe('All that is not as it was.'),
  })
  .meta({ id: 'ConfigurationReload', description: 'What came of one reload.' });

const stateSchema = z
  .strictObject({
    process: z.string().describe('Name of the process that answers: each reads a configuration of its own.'),
    file: z.string().nullable().describe('Absolute path of the file; null where there is none.'),
    hash: z.string().describe('SHA-256 of what all processes of an installation should share.'),
    loaded_at: moment.describe('When what counts was read.'),
    settings: z
      .array(
        z.strictObject({
          path: z.string().describe('Which: `limits.caller.limit`.'),
          value: z.string().describe('As JSON, without passwords.'),
          from: z.string().describe('`line 3` of the file, the name of a variable, or `default`.'),
          is_reloadable: z.boolean().describe('Whether a reload makes another value count.'),
          next: z.string().nullable().describe('As JSON, the value that waits for a restart.'),
        }),
      )
      .describe('Each setting, by its path.'),
    waiting: z.array(z.string()).describe('What waits for a restart.'),
    last_reload: reloadSchema.nullable().describe('What came of the last reload; null where there was none.'),
    troubles: z.array(z.string()).describe('Sources of secrets that could not be read again.'),
  })
  .meta({ id: 'Configuration', description: 'How a process is configured.' });

const reloadJson = ({ at, isTaken, faults, changes, cause }: Reload): z.output<typeof reloadSchema> => ({
  at: at.toISOString(),
  cause,
  is_taken: isTaken,
  faults: [...faults],
  changes: [...changes],
});

const stateAnswer: Answer<ConfigurationState> = {
  status: 200,
  description: 'As it counts now.',
  schema: stateSchema,
  tell: ({ process, file, hash, loadedAt, settings, waiting, lastReload, troubles }) =>
    ({
      process,
      file,
      hash,
      loaded_at: loadedAt.toISOString(),
      settings: settings.map(({ isReloadable, ...setting }) => ({ ...setting, is_reloadable: isReloadable })),
      waiting: [...waiting],
      last_reload: lastReload && reloadJson(lastReload),
      troubles: [...troubles],
    }) satisfies z.output<typeof stateSchema>,
};

const reloadAnswer: Answer<Reload> = {
  status: 200,
  description: 'What came of it: `is_taken` is false where there were faults.',
  schema: reloadSchema,
  tell: reloadJson,
};

/** How the process that answers is configured, and how that is read again. */
export const configurationRoutes = ({ operations }: RestDeps): readonly RestRoute[] => [
  operationRoute(operations.configuration, { method: 'GET', path: '/configuration' }, stateAnswer),
  operationRoute(
    operations.reloadConfiguration,
    { method: 'POST', path: '/configuration/reload' },
    reloadAnswer,
  ),
];
