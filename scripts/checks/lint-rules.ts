/** Lint rules of our own: what must not stand in some folders, named by its syntax. */

interface Context {
  report(problem: { node: unknown; message: string }): void;
}

const forbids = (selectors: readonly string[], message: string) => ({
  create: (context: Context) =>
    Object.fromEntries(
      selectors.map((selector) => [
        selector,
        (node: unknown): void => {
          context.report({ node, message });
        },
      ]),
    ),
});

/** As a statement begins. */
const statement = String.raw`/^\s*(SELECT\s|INSERT INTO\s|UPDATE \S+ SET\s|DELETE FROM\s|WITH \S+ AS\s)/`;

export default {
  meta: { name: 'countersign' },
  rules: {
    /** This machine's clock may be set: nothing is decided by it. */
    'no-wall-clock': forbids(
      [
        'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
        'CallExpression[callee.name="Date"]',
        'NewExpression[callee.name="Date"][arguments.length=0]',
      ],
      'A duration goes by performance.now(), a time that others judge by the database (Clock); systemClock is for what is only shown.',
    ),
    /** A signal that has fired already says nothing any more: whoever left earlier would never be heard. */
    'no-deaf-abort': forbids(
      [
        'CallExpression[callee.property.name="addEventListener"][arguments.0.value="abort"]',
        'CallExpression[callee.name="once"][arguments.1.value="abort"]',
        'AssignmentExpression[left.property.name="onabort"]',
      ],
      'The signal may have fired already: addAbortListener of node:events hears that too.',
    ),
    'no-sql': forbids(
      [`Literal[value=${statement}]`, `TemplateElement[value.raw=${statement}]`],
      'SQL is for record/ and infra/: modules, doors and platforms speak the domain.',
    ),
  },
};
