import type { ErrorCode } from '../../../domain/errors.ts';

export interface ConfiguredSecret {
  readonly value: string;
  /** Where it may be sent: `https://api.example.com`. */
  readonly origins: readonly string[];
}

export interface Secrets {
  /** Why this secret cannot be sent to this origin, or null. */
  readonly faultOf: (
    name: string,
    origin: string,
  ) => { readonly code: ErrorCode; readonly message: string } | null;
  /** Throws where there is no such secret: ask `faultOf` first. */
  readonly reveal: (name: string) => string;
  /** Text with the values of all secrets taken out: a platform may echo what it was sent. */
  readonly redact: (text: string) => string;
}

/** Shorter values would cut ordinary words out of answers. */
const minRedactedLength = 6;

/** Throws where a value could not be sent as a header. */
export const createSecrets = (configured: Readonly<Record<string, ConfiguredSecret>>): Secrets => {
  const byName = new Map(
    Object.entries(configured).map(([name, { value, origins }]) => {
      if (value === '' || !/^[\x20-\x7e\x80-\xff]*$/.test(value)) {
        throw new TypeError(`The secret "${name}" must be one line of Latin-1 text.`);
      }
      return [name, { value, origins: new Set(origins.map((origin) => new URL(origin).origin)) }];
    }),
  );
  const values = [...byName.values()]
    .map(({ value }) => value)
    .filter(({ length }) => length >= minRedactedLength);
  return {
    faultOf: (name, origin) => {
      const secret = byName.get(name);
      if (!secret) return { code: 'RESOURCE_NOT_FOUND', message: `There is no secret "${name}".` };
      if (secret.origins.has(origin)) return null;
      return { code: 'POLICY_DENIED', message: `The secret "${name}" may not be sent to ${origin}.` };
    },
    reveal: (name) => {
      const secret = byName.get(name);
      if (!secret) throw new Error(`There is no secret "${name}".`);
      return secret.value;
    },
    redact: (text) => values.reduce((rest, value) => rest.replaceAll(value, '[secret]'), text),
  };
};
