/**
 * What the application may do with the rows of a model, or with a field of them; nothing where nothing is said. And of
 * a field, that it holds payload of callers: it is encrypted where keys are configured, and SQL sees nothing of it.
 */
const marks = { model: ['@insert', '@delete'], field: ['@update', '@encrypted'] } as const;

/** `@json(domain/run.ts:Pause)`: the type that a Json field holds, and the file of the server that has it, if any. */
const jsonMark = /^@json\((?:([\w/-]+\.ts):)?(\w\S*)\)$/;

export function readJsonMark({
  documentation = '',
}: {
  documentation?: string;
}): { readonly type: string; readonly file: string | null } | null {
  const [, file = null, type] = wordsOf(documentation).flatMap((word) => jsonMark.exec(word) ?? []);
  return type === undefined ? null : { type, file };
}

const wordsOf = (documentation: string): string[] =>
  documentation.split(/\s+/).filter((word) => word.startsWith('@'));

/** The other marks in a `///` comment. Throws on a word with an @ that is none. */
export function readMarks<Kind extends keyof typeof marks>(
  kind: Kind,
  { name, documentation = '' }: { name: string; documentation?: string },
): ReadonlySet<(typeof marks)[Kind][number]> {
  const known: readonly (typeof marks)[Kind][number][] = marks[kind];
  const words = wordsOf(documentation).filter((word) => kind === 'model' || !jsonMark.test(word));
  return new Set(
    words.map((word) => {
      const mark = known.find((each) => each === word);
      if (!mark)
        throw new Error(
          `${name}: ${word} is no mark of a ${kind}; there are ${known.join(', ')}${kind === 'field' ? ' and @json(…)' : ''}.`,
        );
      return mark;
    }),
  );
}
