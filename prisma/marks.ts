/** What the application may do with the rows of a model, or with a field of them; nothing where nothing is said. */
const marks = { model: ['@insert', '@delete'], field: ['@update'] } as const;

/** The marks in a `///` comment. Throws on a word with an @ that is none. */
export function readMarks<Kind extends keyof typeof marks>(
  kind: Kind,
  { name, documentation = '' }: { name: string; documentation?: string },
): ReadonlySet<(typeof marks)[Kind][number]> {
  const known: readonly (typeof marks)[Kind][number][] = marks[kind];
  const words = documentation.split(/\s+/).filter((word) => word.startsWith('@'));
  return new Set(
    words.map((word) => {
      const mark = known.find((each) => each === word);
      if (!mark) throw new Error(`${name}: ${word} is no mark of a ${kind}; there are ${known.join(', ')}.`);
      return mark;
    }),
  );
}
