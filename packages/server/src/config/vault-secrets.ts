import type { Vault } from '../infra/vault.ts';
import type { SecretReading } from './secret-values.ts';

export const readVault = async (vault: Vault): Promise<SecretReading> => {
  try {
    return { values: await vault.read(), troubles: [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { values: new Map(), troubles: [`Vault cannot be read: ${why}`] };
  }
};
