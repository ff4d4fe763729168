import type { DecisionLayer, DecisionOutcome, GrantStatus, Risk, TraceVerdict } from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

/** What policy says, and who has a word in it. */
export const addDecisionEnums = (builder: Builder) => ({
  risk: enumOf<Risk>(builder, 'Risk', "The server's own estimate of what could go wrong.", {
    LOW: 'Nothing that stands out.',
    MEDIUM: 'Worth a look.',
    HIGH: 'Could do harm.',
    CRITICAL: 'Could do harm that is hard to undo.',
  }),
  decisionOutcome: enumOf<DecisionOutcome>(builder, 'DecisionOutcome', 'What policy says of a plan.', {
    ALLOW: 'It may run.',
    REQUIRE_APPROVAL: 'It may run once people have approved it.',
    DENY: 'It may not run, whoever approves.',
  }),
  decisionLayer: enumOf<DecisionLayer>(builder, 'DecisionLayer', 'Who has a word in a decision, in order.', {
    STOP: "A person's stop.",
    DENY: 'Rules that deny.',
    HARD: 'Rules of human approval that nothing but a denial outranks.',
    RULE: 'Other rules.',
    GRANT: 'A standing grant: it answers what some rules, autonomy and score ask.',
    AUTONOMY: 'How much may be done there without a person.',
    SCORE: 'How far the plan can be trusted.',
    REQUESTER: 'What the requester asks for; it can only tighten.',
  }),
  traceVerdict: enumOf<TraceVerdict>(builder, 'TraceVerdict', 'What one entry of a trace says.', {
    ALLOW: 'It may run.',
    REQUIRE_APPROVAL: 'People must approve it first.',
    DENY: 'It may not run.',
    HOLD: 'Not now.',
    SILENT: 'Nobody of this layer spoke.',
  }),
  grantStatus: enumOf<GrantStatus>(builder, 'GrantStatus', 'How a standing grant stands.', {
    PENDING: 'A second person has still to say yes.',
    ACTIVE: 'It lets changes through.',
    SUSPENDED: 'Something that it let through went wrong: it lets nothing through until a person resumes it.',
    REVOKED: 'A person ended it.',
    USED_UP: 'All that it covers was let through.',
    EXPIRED: 'Its time is over.',
  }),
});
