import { shortestSecret } from '../infra/secret-forms.ts';
import { namedSecrets, type ConfiguredSecret } from '../platforms/index.ts';
import type { ConfigFault } from './config-faults.ts';
import { backupSecrets } from './backup-settings.ts';
import { secretsOfModels } from './model-settings.ts';
import { monitoringSecrets } from './monitoring-settings.ts';
import { missingSecret } from './secret-references.ts';
import { encryptionSecrets } from './security-settings.ts';
import { secretVariable, type SecretLookup } from './secret-values.ts';
import { noticeSecrets } from './sending-settings.ts';
import { tracingSecrets } from './tracing-settings.ts';
import type { SettingsInput } from './settings-input.ts';
import type { Settings } from './settings-schema.ts';

/** By name. */
export type ConfiguredSecrets = Readonly<Record<string, ConfiguredSecret>>;

/** All that the settings name, each from where it is kept, and what is wrong with them. */
export const configuredSecrets = (
  file: Settings,
  lookup: SecretLookup,
  input: SettingsInput,
): { readonly secrets: ConfiguredSecrets; readonly faults: readonly ConfigFault[] } => {
  const bound: Record<string, Omit<ConfiguredSecret, 'value'>> = { ...file.secrets };
  const ofModules = Object.values(file.platformModules).flatMap((module) => module.secrets);
  const ofSignIn = file.signIn?.clientSecret === undefined ? [] : [file.signIn.clientSecret];
  const named = [
    ...namedSecrets(file),
    ...ofModules,
    ...ofSignIn,
    ...noticeSecrets(file),
    ...secretsOfModels(file),
    ...monitoringSecrets(file),
    ...tracingSecrets(file),
    ...backupSecrets(file),
    ...encryptionSecrets(file),
  ];
  for (const name of named) bound[name] ??= { origins: [] };
  const faults: ConfigFault[] = [];
  const secrets = Object.entries(bound).flatMap(([name, bounds]) => {
    const value = lookup(name);
    if (value === undefined)
      faults.push(input.placed({ path: pathNaming(name, input), message: missingSecret(name) }));
    else if (value.length < shortestSecret)
      faults.push({
        source: secretVariable(name),
        at: null,
        path: '',
        message: `must have at least ${shortestSecret} characters, or it could not be kept out of the record`,
      });
    return value === undefined ? [] : [[name, { value, ...bounds }] as const];
  });
  return { secrets: Object.fromEntries(secrets), faults };
};

/** The setting that names a secret. */
const pathNaming = (name: string, { document }: SettingsInput): readonly (string | number)[] =>
  document?.texts.find(({ text, path }) => path[0] !== 'secrets' && text.replace(/^secret:/, '') === name)
    ?.path ?? ['secrets', name];
