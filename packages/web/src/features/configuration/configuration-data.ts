import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';

const Configuration = graphql(`
  query Configuration {
    configuration {
      process
      file
      hash
      loadedAt
      waiting
      troubles
      settings {
        path
        value
        from
        isReloadable
        next
      }
      lastReload {
        at
        cause
        isTaken
        faults {
          source
          line
          column
          path
          message
        }
        changes {
          path
          outcome
        }
      }
    }
  }
`);
export type ConfigurationState = ResultOf<typeof Configuration>['configuration'];
export type Reload = NonNullable<ConfigurationState['lastReload']>;

export const configurationOptions = () =>
  documentOptions(Configuration, {}, { refetchOn: ['configuration.'] });

const Reload = graphql(`
  mutation ReloadConfiguration($input: ReloadConfigurationInput!) {
    reloadConfiguration(input: $input) {
      reload {
        isTaken
      }
      refusal {
        message
      }
    }
  }
`);

/** Why it could not be asked for; null where something came of it, which the state then tells. */
export const reloadConfiguration = async (): Promise<string | null> =>
  (await execute(Reload, { input: {} })).reloadConfiguration.refusal?.message ?? null;
