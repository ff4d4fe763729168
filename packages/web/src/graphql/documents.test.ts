// @vitest-environment node
import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { expect, it } from 'vitest';
import schema from '../../../shared/schema.graphql?raw';

const sources = import.meta.glob<string>('../**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Types know which variables a document has, but not whether each may stand where it stands. */
it('asks nothing that the server would refuse to understand', () => {
  const documents = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/\bgraphql\(\s*`([^`]+)`/g)].map(([, text = '']) => text),
  );
  expect(documents.length).toBeGreaterThan(50);
  const faults = validate(buildSchema(schema), parse(documents.join('\n')), specifiedRules);
  expect(faults.map(({ message }) => message)).toEqual([]);
});
