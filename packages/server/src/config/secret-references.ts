import type { SettingFault } from './config-faults.ts';
import { secretSettings } from './deployment-settings.ts';
import { secretVariable, type SecretLookup } from './secret-values.ts';

const reference = /^secret:([\w.-]{1,200})$/;
const naming = /secret$/i;

/**
 * Puts values in where a whole setting is `secret:NAME`. Where a setting names a secret anyway, the name alone stays.
 * Anywhere else a reference is a fault: nobody would look it up there.
 */
export const resolveReferences = (
  settings: unknown,
  lookup: SecretLookup,
): {
  readonly value: unknown;
  readonly faults: readonly SettingFault[];
  readonly names: readonly string[];
} => {
  const faults: SettingFault[] = [];
  const names: string[] = [];
  const resolve = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (Array.isArray(value)) return value.map((each, index) => resolve(each, [...path, index]));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, resolve(each, [...path, key])]),
      );
    const name = typeof value === 'string' ? reference.exec(value)?.[1] : undefined;
    if (name === undefined) return value;
    if (secretSettings.includes(path.filter((each) => typeof each === 'string').join('.'))) {
      names.push(name);
      const found = lookup(name);
      if (found === undefined) faults.push({ path, message: missingSecret(name) });
      return found;
    }
    if (naming.test(String(path.at(-1))) || path.at(-2) === 'secrets') return name;
    faults.push({
      path,
      message: `cannot be a secret: ${secretSettings.join(', ')} and settings that end in Secret can`,
    });
    return undefined;
  };
  return { value: resolve(settings, []), faults, names };
};

export const missingSecret = (name: string): string =>
  `names the secret "${name}", which no source has: set ${secretVariable(name)}, or put it into a secret source`;
