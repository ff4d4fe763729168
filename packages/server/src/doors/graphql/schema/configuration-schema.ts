import type {
  ConfigurationFault,
  ConfigurationOperations,
  ConfigurationState,
  Reload,
  SettingChange,
  ToldSetting,
} from '../../../modules/configuration/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** How a process is configured, and what came of reading that again. */
export const addConfigurationSchema = (
  builder: Builder,
  refs: Refs,
  operations: ConfigurationOperations,
): void => {
  const setting = defineType<ToldSetting>(builder, 'ConfigurationSetting', 'One setting as it counts.', {
    path: ['String', 'Which: `limits.caller.limit`.'],
    value: ['String', 'As JSON, without passwords.'],
    from: ['String', 'Where it is from: `line 3` of the file, the name of a variable, or `default`.'],
    isReloadable: ['Boolean', 'Whether a reload makes another value count; otherwise a start does.'],
    next: ['String', 'As JSON, the value that waits for a restart; null where none does.', 'nullable'],
  });
  const change = defineType<SettingChange>(
    builder,
    'ConfigurationChange',
    'Something that is not as it was when the configuration was read before.',
    {
      path: ['String', 'Which setting, or `secret NAME`, or `policy data`.'],
      before: ['String', 'As JSON; null where it is no setting, or was not there.', 'nullable'],
      after: ['String', 'As JSON; null where it is no setting, or is not there.', 'nullable'],
      outcome: ['String', 'APPLIED counts now; NEEDS_RESTART counts from the next start on.'],
    },
  );
  const fault = defineType<ConfigurationFault>(
    builder,
    'ConfigurationFault',
    'Something that is wrong with a configuration.',
    {
      source: ['String', 'The file, the variable, or the part of the process.'],
      line: ['Int', 'Of the file; null where no line is meant.', 'nullable'],
      column: ['Int', 'Of the line.', 'nullable'],
      path: ['String', 'Which setting; empty where none is meant.'],
      message: ['String', 'What is wrong, and what to do.'],
    },
  );
  const reload = defineType<Reload>(builder, 'ConfigurationReload', 'What came of one reload.', {
    at: ['DateTime', 'When it was.'],
    cause: ['String', 'SIGNAL, API, or SECRETS where a secret was rotated.'],
    isTaken: ['Boolean', 'False where there were faults: then all is as it was.'],
    faults: [[fault], 'All that was wrong.'],
    changes: [[change], 'All that is not as it was.'],
  });
  const state = defineType<ConfigurationState>(
    builder,
    'Configuration',
    'How the process that answers is configured.',
    {
      process: ['String', 'Its name: each process reads a configuration of its own.'],
      file: ['String', 'Absolute path of the file; null where there is none.', 'nullable'],
      hash: ['String', 'SHA-256 of what all processes of an installation should share, as it was read last.'],
      loadedAt: ['DateTime', 'When what counts was read.'],
      settings: [[setting], 'Each setting, by its path.'],
      waiting: [['String'], 'What waits for a restart.'],
      lastReload: [reload, 'What came of the last reload; null where there was none.', 'nullable'],
      troubles: [['String'], 'Sources of secrets that could not be read again; their last values count.'],
    },
  );
  refs.query(operations.configuration, { type: state });
  refs.command(
    operations.reloadConfiguration,
    refs.payload<Reload>('ReloadConfigurationPayload', 'What came of a reload.', (give) => ({
      reload: give(reload, 'What came of it.', (value) => value),
    })),
  );
};
