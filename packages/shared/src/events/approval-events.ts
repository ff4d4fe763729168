import { z } from 'zod';
import { approvalStatuses, decoyResults } from '../index.ts';
import {
  approval,
  count,
  event,
  hash,
  id,
  milliseconds,
  moment,
  names,
  oneOf,
  revision,
  said,
  text,
} from './fields.ts';

/** What people are asked, and what they say. */
export const approvalEvents = {
  'approval.requested': event('People are asked.', {
    approvalId: id('the approval request'),
    required: count('how many people must approve'),
    expiresAt: moment('until when they can'),
  }),
  'approval.link_created': event('A person was given a link with which they decide once.', {
    ...approval,
    linkId: id('the link'),
    principalId: id('whom it stands for'),
    expiresAt: moment('until when it can be used'),
  }),
  'approval.reviewed': event('Somebody approved, rejected, or asked for changes.', {
    ...approval,
    verdict: oneOf(['APPROVE', 'REJECT', 'REQUEST_CHANGES'], 'APPROVE, REJECT or REQUEST_CHANGES'),
    comment: said('what they said'),
    standsFor: z
      .array(z.uuid())
      .readonly()
      .describe("in whose place they decide too; absent where in nobody's")
      .exactOptional(),
    given: count('how many approvals count now'),
    required: count('how many are asked for'),
  }),
  'approval.withdrawn': event('Somebody took their approval, or their wish for changes, back.', {
    ...approval,
    wasApproved: z
      .boolean()
      .describe('true where enough had approved, and people are asked again; absent otherwise')
      .exactOptional(),
  }),
  'approval.asked': event('Somebody who decides asks the requester.', {
    approvalId: id('the approval request'),
    questionId: id('the question'),
    question: text('what they ask'),
  }),
  'approval.answered': event('The requester answered.', {
    approvalId: id('the approval request'),
    questionId: id('the question'),
    answer: text('the answer'),
  }),
  'approval.reminded': event('Nobody decided yet, and those who are asked are reminded.', {
    ...approval,
    groups: names('the groups that are asked; none where anybody is who may decide'),
    expiresAt: moment('until when they can decide'),
  }),
  'approval.escalated': event('Nobody decided yet, and more people may decide from now on.', {
    ...approval,
    group: text('the group that may decide as well'),
    expiresAt: moment('until when they can decide'),
  }),
  'approval.stale': event('What an open request would change is not as its plan found it.', {
    ...approval,
    reason: text('what has moved, in words'),
    steps: names('the steps whose targets have moved'),
  }),
  'approval.fresh': event('What a request would change is as its plan found it again.', approval),
  'approval.resolved': event('A request is open no more.', {
    approvalId: id('the approval request; absent where it expired').exactOptional(),
    revision,
    planHash: hash('the hash of that plan; absent where it expired').exactOptional(),
    status: oneOf(approvalStatuses, 'APPROVED, REJECTED, EXPIRED, SUPERSEDED or CANCELLED'),
    startBy: moment('until when an approved task must have started').exactOptional(),
  }),
  'decoy.ended': event('A request was a decoy, which could run nothing, and it is over.', {
    ...approval,
    result: oneOf(decoyResults, 'CAUGHT, APPROVED, or UNDECIDED where nobody decided in time'),
    tookMs: milliseconds('how long whoever decided had it before them').nullable(),
    askedAt: moment('since when it looked like any other request'),
    goalOf: id('the task that its goal was taken from'),
    changeOf: id('the task that its change was taken from'),
  }),
} as const;
