import { createVault, type Vault, type VaultSettings } from '../infra/vault.ts';
import { readSecretFiles } from './secret-files.ts';
import { noSecrets, type SecretReading } from './secret-values.ts';
import type { Settings } from './settings-schema.ts';
import { readVault } from './vault-secrets.ts';

/** Where values of secrets are read besides the environment, again and again. */
export interface SecretSources {
  /** All as they are; a source that cannot be read has no values, and its trouble. */
  readonly read: (settings: Settings['secretSources']) => Promise<readonly SecretReading[]>;
  /** As `read`, with the last values of each source that cannot be read now. */
  readonly readAgain: (settings: Settings['secretSources']) => Promise<readonly SecretReading[]>;
}

/** One per process: a login at Vault is kept for as long as it holds. */
export const createSecretSources = (): SecretSources => {
  const last = new Map<string, SecretReading>();
  let vault: { readonly of: string; readonly client: Vault } | null = null;

  const vaultOf = (settings: VaultSettings): Vault => {
    const of = JSON.stringify(settings);
    if (vault?.of !== of) vault = { of, client: createVault(settings) };
    return vault.client;
  };
  const readEach = async (settings: Settings['secretSources']): Promise<[string, SecretReading][]> => [
    ...settings.files.map((folder): [string, SecretReading] => [folder, readSecretFiles([folder])]),
    ...(settings.vault
      ? [['vault', await readVault(vaultOf(settings.vault))] satisfies [string, SecretReading]]
      : []),
  ];
  const noted = (name: string, reading: SecretReading): SecretReading => {
    if (reading.troubles.length === 0) last.set(name, reading);
    return reading;
  };
  return {
    read: async (settings) => (await readEach(settings)).map(([name, reading]) => noted(name, reading)),
    readAgain: async (settings) =>
      (await readEach(settings)).map(([name, reading]) => ({
        values: (reading.troubles.length === 0 ? noted(name, reading) : (last.get(name) ?? noSecrets)).values,
        troubles: reading.troubles,
      })),
  };
};
