import { describe, expect, it } from 'vitest';
import { auditQuery, type AuditFilter } from './audit-query.ts';

const early = new Date('2026-01-01T00:00:00Z');
const late = new Date('2026-02-01T00:00:00Z');

describe('a question to the record', () => {
  it('goes back from its cursor', () => {
    const filter = { types: ['task.submitted'], from: early, to: late };
    expect(auditQuery(filter, '42')).toEqual({
      ok: true,
      value: { ...filter, cursor: { generation: 0n, seq: 42n } },
    });
    expect(auditQuery({}, '9223372036854775808')).toMatchObject({
      ok: true,
      value: { cursor: { generation: 1n, seq: 0n } },
    });
    expect(auditQuery({ from: early, to: early }, null)).toMatchObject({
      ok: true,
      value: { cursor: undefined },
    });
  });

  it.each<[string, AuditFilter, string | null, string]>([
    ['from after to', { from: late, to: early }, null, 'filter.from'],
    ['a type that does not exist', { types: ['task.submitted', 'task.finished'] }, null, 'filter.types[1]'],
    ['a cursor of words', {}, 'abc', 'after'],
    ['a negative cursor', {}, '-1', 'after'],
    ['an empty cursor', {}, '', 'after'],
    ['a cursor past every number of any log', {}, '9'.repeat(39), 'after'],
  ])('is refused with %s', (_case, filter, after, path) => {
    expect(auditQuery(filter, after)).toMatchObject({
      ok: false,
      refusal: { code: 'SCHEMA_VALIDATION_FAILED', details: { faults: [{ path }] } },
    });
  });

  it('is refused with every fault at once', () => {
    expect(auditQuery({ from: late, to: early, types: ['x'] }, 'y')).toMatchObject({
      ok: false,
      refusal: {
        details: { faults: [{ path: 'filter.types[0]' }, { path: 'filter.from' }, { path: 'after' }] },
      },
    });
  });
});
