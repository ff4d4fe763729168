import { environments } from '@countersign/shared';
import { expect, it } from 'vitest';
import { anApproval, aPerson, at } from '../../testing/domain-samples.ts';
import { callerOf, linkFault, makerFault, type ApprovalLink } from './approval-link.ts';
import { callerFault } from './eligibility.ts';
import type { Caller } from './principal.ts';

const request = anApproval({ excludedIds: ['agent', 'ada'] });
const ann = { ...aPerson('ann', { roles: ['APPROVER', 'OPERATOR'] }), hasPasskey: false };
const byKeyOf = (maker: string, caller: Caller): Caller => ({
  ...caller,
  credential: { id: 'key', kind: 'API_KEY', handIds: [maker], decidesIn: environments },
});
const codeOf = (maker: Caller | null) => linkFault(request, ann, maker, at(0))?.code ?? null;

it.each<[title: string, maker: Caller | null, code: string | null]>([
  ['the server itself', null, null],
  ['its person in a session', ann, null],
  // Whoever made the key is behind a link as a session is told of it, and would be seen by nobody.
  ['its person with a key that another made', byKeyOf('ada', ann), 'AUTHORIZATION_FAILED'],
  ['its person with a key of their own', byKeyOf('ann', ann), 'AUTHORIZATION_FAILED'],
  ['an operator who decides', aPerson('ben', { roles: ['APPROVER', 'OPERATOR'] }), null],
  ['an operator who does not', aPerson('ben', { roles: ['OPERATOR'] }), 'NOT_ELIGIBLE'],
  ['a person who is no operator', aPerson('ben'), 'AUTHORIZATION_FAILED'],
])('a link that %s makes', (_title, maker, code) => {
  expect(codeOf(maker)).toBe(code);
});

const link: ApprovalLink = {
  id: 'link',
  tenantId: 'tenant',
  principalId: 'ann',
  taskId: 'task',
  revision: 1,
  planHash: 'plan-hash',
  createdById: 'ben',
  handIds: ['ben', 'ada'],
  decidesIn: environments,
  createdAt: at(0),
  expiresAt: at(1_000),
  usedAt: null,
};

it('decides no more than whoever could follow it: not where one of them may not', () => {
  expect(callerFault(request, [], callerOf(ann, link))?.code).toBe('SELF_APPROVAL');
  expect(callerFault(request, [], callerOf(ann, { ...link, handIds: ['ben'] }))).toBeNull();
});

it('is worth nothing by a maker who lost the role since', () => {
  expect(makerFault(request, aPerson('ben', { roles: ['APPROVER', 'OPERATOR'] }))).toBeNull();
  expect(makerFault(request, aPerson('ben'))?.code).toBe('AUTHORIZATION_FAILED');
});
