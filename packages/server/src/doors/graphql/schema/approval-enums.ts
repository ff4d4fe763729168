import type { ApprovalStatus, ApprovalView, DecoyResult, Verdict } from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

export const addApprovalEnums = (builder: Builder) => ({
  approvalStatus: enumOf<ApprovalStatus>(builder, 'ApprovalStatus', 'How an approval request stands.', {
    PENDING: 'People can decide.',
    APPROVED: 'As many approved as must.',
    REJECTED: 'One person said no.',
    EXPIRED: 'The time was over before enough people had decided. Nobody said no.',
    CANCELLED: 'The task was cancelled first.',
    SUPERSEDED: 'A newer revision of the plan took its place.',
  }),
  decoyResult: enumOf<DecoyResult>(builder, 'DecoyResult', 'What became of a decoy.', {
    CAUGHT: 'Whoever decided rejected it, asked about it, edited it or wanted it changed.',
    APPROVED: 'Whoever decided approved it.',
    UNDECIDED: 'Nobody decided in time.',
  }),
  approvalView: enumOf<ApprovalView>(builder, 'ApprovalView', 'Which requests.', {
    MINE: 'Those that you can decide and that still need you.',
    ALL: 'Those that are open.',
    SNOOZED: 'Those that you put off, while they are out of your sight.',
    WATCHING: 'Open ones about tasks that you follow.',
    DECIDED: 'Those that have ended, however.',
  }),
  verdict: enumOf<Verdict>(builder, 'Verdict', "One person's vote.", {
    APPROVE: 'Yes, to exactly this plan.',
    REJECT: 'No. One is enough.',
    REQUEST_CHANGES: 'Not as it is: nobody approves this revision until it is taken back.',
    WITHDRAW: 'Takes an earlier approval back, within the undo window, or a request for changes.',
  }),
});
