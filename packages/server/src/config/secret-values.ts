import { secretPrefix, type Environment } from './settings-input.ts';

/** What one source, or all together, have. */
export interface SecretReading {
  readonly values: ReadonlyMap<string, string>;
  /** One sentence for each source that could not be read. */
  readonly troubles: readonly string[];
}

export const noSecrets: SecretReading = { values: new Map(), troubles: [] };

/** `crm-key` → COUNTERSIGN_SECRET_CRM_KEY */
export const secretVariable = (name: string): string =>
  `${secretPrefix}${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

export type SecretLookup = (name: string) => string | undefined;

/** The first source that has a name gives its value: the environment, then the others in their order. */
export const secretLookup =
  (env: Environment, others: readonly SecretReading[]): SecretLookup =>
  (name) =>
    env[secretVariable(name)] ||
    others.map(({ values }) => values.get(name)).find((value) => value !== undefined);
