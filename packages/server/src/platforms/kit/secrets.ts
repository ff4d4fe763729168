import type { Environment } from '@countersign/shared';
import { createRedactor, type Redactor } from '../../infra/redaction.ts';
import { shortestSecret } from '../../infra/secret-forms.ts';
import { notNamed, type NotNamed } from './configured-names.ts';

export interface ConfiguredSecret {
  readonly value: string;
  /** Where it may be sent: `https://api.example.com`. */
  readonly origins: readonly string[];
  /** Where it belongs: a plan that uses it is of that environment at least. */
  readonly environment?: Environment | undefined;
  /** Action types that may name it; all where left out. */
  readonly actions?: readonly string[] | undefined;
}

export interface Secrets {
  /** Why an action of this type cannot send this secret to this origin, or null. */
  readonly faultOf: (name: string, origin: string, actionType: string) => NotNamed | null;
  /** Throws where there is no such secret: ask `faultOf` first. */
  readonly reveal: (name: string) => string;
  /** Takes the values of all of them out of what a platform gives back. */
  readonly redactor: Redactor;
}

/** Throws where a value could not be sent as a header, or not be kept out of the record. */
export const createSecrets = (
  configured: Readonly<Record<string, ConfiguredSecret>>,
  redactor: Redactor = createRedactor(Object.values(configured).map(({ value }) => value)),
): Secrets => {
  const byName = new Map(
    Object.entries(configured).map(([name, { value, origins, actions }]) => {
      if (value === '' || !/^[\x20-\x7e\x80-\xff]*$/.test(value)) {
        throw new TypeError(`The secret "${name}" must be one line of Latin-1 text.`);
      }
      if (value.length < shortestSecret) {
        throw new TypeError(`The secret "${name}" must have at least ${shortestSecret} characters.`);
      }
      return [name, { value, actions, origins: new Set(origins.map((origin) => new URL(origin).origin)) }];
    }),
  );
  /** Secrets without an origin are never named to submitters: those of models, of backups, of the keys of the record. */
  const namesFor = (origin: string, actionType: string): string[] =>
    [...byName]
      .filter(([, { origins, actions }]) => origins.has(origin) && (actions?.includes(actionType) ?? true))
      .map(([name]) => name);
  return {
    faultOf: (name, origin, actionType) => {
      const secret = byName.get(name);
      if (!secret || secret.origins.size === 0) {
        const what = `secret for ${actionType} to ${origin}`;
        return notNamed({ what, name, names: namesFor(origin, actionType), setting: 'secrets' });
      }
      if (secret.actions && !secret.actions.includes(actionType)) {
        return {
          code: 'POLICY_DENIED',
          message: `The secret "${name}" is not for ${actionType}, only for ${secret.actions.join(', ')}.`,
          setting: `secrets.${name}.actions`,
          suggestions: [],
        };
      }
      if (secret.origins.has(origin)) return null;
      return {
        code: 'POLICY_DENIED',
        message: `The secret "${name}" may not be sent to ${origin}, only to ${[...secret.origins].join(', ')}.`,
        setting: `secrets.${name}.origins`,
        suggestions: [...secret.origins],
      };
    },
    reveal: (name) => {
      const secret = byName.get(name);
      if (!secret) throw new Error(`There is no secret "${name}".`);
      return secret.value;
    },
    redactor,
  };
};
