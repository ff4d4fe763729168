import { describe, expect, it } from 'vitest';
import { changesOf, fieldsOf, withParam } from './edit-fields.ts';

const commit = {
  name: 'step-1',
  type: 'repo.commit',
  params: { branch: 'main', force: false, depth: 3, files: [{ path: 'a' }], from: { $from: 'x' } },
};
const schema = (version: number, properties: object) => ({
  name: 'repo.commit',
  version,
  inputSchema: { type: 'object', properties },
});
const schemas = [
  schema(2, {
    branch: { type: 'string' },
    message: { type: 'string' },
    force: { type: 'boolean' },
    depth: { type: 'integer' },
    kind: { type: 'string', enum: ['a', 'b'] },
    files: { type: 'array' },
    from: { type: 'string' },
  }),
  schema(1, { branch: { type: 'number' } }),
];

describe('the fields of an edit', () => {
  it('have the kinds of the newest schema, and keep what has no simple form', () => {
    expect(fieldsOf(commit, schemas).map(({ name, kind }) => [name, kind])).toEqual([
      ['branch', 'text'],
      ['message', 'text'],
      ['force', 'switch'],
      ['depth', 'number'],
      ['kind', 'choice'],
      ['files', 'fixed'],
      ['from', 'fixed'],
    ]);
  });

  it('are those of the version that is named, and only shown where nobody knows the type', () => {
    const kinds = (type: string) => fieldsOf({ ...commit, type }, schemas)[0]?.kind;
    expect(kinds('repo.commit@1')).toBe('fixed');
    expect(kinds('repo.unknown')).toBe('fixed');
  });
});

describe('an edit', () => {
  it('changes one param and no other, and takes one out', () => {
    const [edited] = withParam([commit], 0, 'depth', 4);
    expect(edited).toEqual({ ...commit, params: { ...commit.params, depth: 4 } });
    expect(withParam([commit], 0, 'depth', undefined)[0]?.params).not.toHaveProperty('depth');
    expect(withParam([commit], 1, 'depth', 4)).toEqual([commit]);
  });

  it('is told as what was and what is', () => {
    expect(changesOf([commit], withParam([commit], 0, 'depth', 4))).toEqual([
      { label: 'step-1 · depth', was: '3', is: '4' },
    ]);
    expect(changesOf([commit], withParam([commit], 0, 'message', 'Hi'))).toEqual([
      { label: 'step-1 · message', was: '–', is: 'Hi' },
    ]);
    expect(changesOf([commit], [commit])).toEqual([]);
  });
});
