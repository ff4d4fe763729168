import type { z } from 'zod';
import { nearestNames } from '../domain/nearest.ts';
import { demandOf } from '../infra/input-words.ts';
import type { TextPlace } from '../infra/settings-document.ts';
import { namesAt, type JsonSchema } from './schema-walk.ts';

/** One thing that is wrong with a configuration. */
export interface ConfigFault {
  /** The file, or the variable of the environment. */
  readonly source: string;
  /** In the file; null where the file as a whole, or a variable, is meant. */
  readonly at: TextPlace | null;
  /** `limits.caller.limit`; empty where no setting is meant. */
  readonly path: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** `countersign.yaml:3:12 leaseMs must be at least 500` */
export const faultLine = ({ source, at, path, message }: ConfigFault): string =>
  [`${source}${at ? `:${at.line}:${at.column}` : ''}`, path, message].filter((part) => part !== '').join(' ');

/** Everything that is wrong with a configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly found: readonly ConfigFault[];
  /** One line each. */
  readonly faults: readonly string[];
  constructor(found: readonly ConfigFault[]) {
    const faults = found.map(faultLine);
    super(`The configuration cannot be used: ${faults.join('; ')}.`);
    this.found = found;
    this.faults = faults;
  }
}

export interface SettingFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a schema found, in words; a name that it does not know with those that may have been meant. */
export const settingFaults = (error: z.ZodError, schema: JsonSchema): SettingFault[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: [...issue.path, key],
          message: `is no setting${meant(key, namesAt(schema, issue.path))}`,
        }))
      : [{ path: issue.path, message: issue.message }],
  );

const secretWords = /pass(word|wd|phrase)?$|token$|secret$|apikey$|privatekey$|credentials?$/i;

const meant = (key: string, names: readonly string[]): string => {
  if (secretWords.test(key.replaceAll(/[-_]/g, '')))
    return ': secrets never stand in the file; name one by a setting that ends in Secret';
  const near = nearestNames(key, names);
  if (near.length > 0) return `: did you mean ${near.join(' or ')}?`;
  return names.length > 0 && names.length <= 20 ? `: there are ${names.join(', ')}` : '';
};

/** Error map of Zod's parsing. */
export const inSettingWords = (issue: z.core.$ZodRawIssue): string => {
  if (issue.input === undefined && issue.code !== 'custom') return 'is missing';
  if (issue.code !== 'invalid_format') return demandOf(issue);
  return issue.pattern === undefined ? `must be a valid ${issue.format}` : `must match ${issue.pattern}`;
};
