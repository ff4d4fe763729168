import { quoted } from '@countersign/shared';
import { refusalAt, type Refusal } from '../../domain/errors.ts';
import { meantPerhaps, nearestNames } from '../../domain/nearest.ts';

const mostNamed = 10;

interface Named {
  /** `folder` */
  readonly what: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly setting: string;
}

export interface NotNamed {
  readonly code: 'POLICY_DENIED';
  readonly message: string;
  readonly setting: string;
  readonly suggestions: readonly string[];
}

/** Only what configuration names may be used: one code for all that it does not name, with what would do. */
export const notNamed = ({ what, name, names, setting }: Named): NotNamed => {
  const suggestions = [...new Set([...nearestNames(name, names), ...names])].slice(0, mostNamed);
  const told = suggestions.length === 0 ? 'none' : suggestions.join(', ');
  return {
    code: 'POLICY_DENIED',
    message: `Configuration names no ${what} ${quoted(name)}${meantPerhaps(name, names) || '.'} The setting ${setting} names ${told}.`,
    setting,
    suggestions,
  };
};

/** The same where it is all that is wrong; `path` is the parameter that names it. */
export const refusedName = (path: string, named: Named): Refusal => {
  const { code, message, ...extras } = notNamed(named);
  return refusalAt(path, code, message, extras);
};
