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
  ) => { readonly code: 'RESOURCE_NOT_FOUND' | 'POLICY_DENIED'; readonly message: string } | null;
  /** Throws where there is no such secret: ask `faultOf` first. */
  readonly reveal: (name: string) => string;
  /** Text with the values of all secrets taken out: a platform may echo what it was sent. */
  readonly redact: (text: string) => string;
  /** As redact, for bytes of any kind. */
  readonly redactBytes: (bytes: Buffer) => Buffer;
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
  const values = [...byName.values()].map(({ value }) => value);
  const redact = replacer(values.flatMap(textForms));
  const redactLatin1 = replacer(values.flatMap(byteForms));
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
    redact,
    redactBytes: (bytes) => Buffer.from(redactLatin1(bytes.toString('latin1')), 'latin1'),
  };
};

/** As it is, and as it stands in JSON and in a URL. */
const textForms = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
];

/** Those of a header, and those of UTF-8, each byte as one character. */
const byteForms = (value: string): string[] =>
  textForms(value).flatMap((form) => [form, Buffer.from(form, 'utf8').toString('latin1')]);

/** The longest first: a secret may begin with another. */
const replacer = (forms: readonly string[]): ((text: string) => string) => {
  const inOrder = [...new Set(forms)]
    .filter(({ length }) => length >= minRedactedLength)
    .sort((a, b) => b.length - a.length);
  return (text) => inOrder.reduce((rest, form) => rest.replaceAll(form, '[secret]'), text);
};
