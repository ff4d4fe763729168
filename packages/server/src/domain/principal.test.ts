import { roles, type Role } from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import { hasRight, type Right } from './principal.ts';

const rights: Right[] = ['READ', 'SUBMIT', 'EXPEDITE', 'DECIDE', 'OPERATE', 'ADMINISTER'];

const table: Record<Role, string> = {
  VIEWER: 'READ',
  SUBMITTER: 'READ SUBMIT',
  APPROVER: 'READ DECIDE',
  OPERATOR: 'READ SUBMIT EXPEDITE OPERATE',
  ADMIN: 'READ ADMINISTER',
};

const rightsOf = (...held: Role[]): string =>
  rights.filter((right) => hasRight({ roles: held }, right)).join(' ');

describe('the rights of a role', () => {
  it.each(roles)('%s are exactly these', (role) => {
    expect(rightsOf(role)).toBe(table[role]);
  });

  it('add up', () => {
    expect(rightsOf('SUBMITTER', 'APPROVER')).toBe('READ SUBMIT DECIDE');
    expect(rightsOf(...roles)).toBe(rights.join(' '));
  });

  it('are none without a role', () => {
    expect(rightsOf()).toBe('');
  });

  it('to decide come from being an approver and nothing else', () => {
    expect(rightsOf(...roles.filter((role) => role !== 'APPROVER'))).not.toContain('DECIDE');
  });
});
