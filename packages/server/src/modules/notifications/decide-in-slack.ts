import type { Environment } from '@countersign/shared';
import { z } from 'zod';
import type { ApprovalRequest, DecisionOn } from '../../domain/approval-request.ts';
import type { Outcome } from '../../domain/errors.ts';
import { mayDecideOutside, type Contact } from '../../domain/notice.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { Task } from '../../domain/task.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Logger } from '../../infra/logger.ts';
import type { MasterKey } from '../../infra/master-key.ts';
import type { NoticeStore } from '../../record/notice-store.ts';
import type { SlackCall } from './slack-client.ts';
import { isFromSlack, openDecision, seal, type SlackDecision } from './slack-values.ts';

export interface SlackDecideDependencies {
  readonly signingSecret: string;
  readonly decidesIn: readonly Environment[];
  readonly key: MasterKey;
  readonly notices: Pick<NoticeStore, 'takeRequest' | 'contactsOfSlackUser'>;
  readonly findApproval: (tenantId: string, id: string) => Promise<ApprovalRequest | null>;
  readonly findPrincipal: (id: string) => Promise<Principal | null>;
  readonly decide: (command: {
    readonly reviewer: Caller;
    readonly taskId: string;
    readonly verdict: 'APPROVE' | 'REJECT';
    readonly on: DecisionOn;
    readonly comment: string | null;
  }) => Promise<Outcome<{ readonly task: Task; readonly approval: ApprovalRequest }>>;
  readonly slack: SlackCall;
  readonly origin: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface SlackRequest {
  readonly signature: string;
  readonly timestamp: string;
  /** The bytes that Slack signed. */
  readonly body: string;
}

const payloadSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string().regex(/^[UW][A-Z0-9]{2,20}$/) }),
  channel: z.object({ id: z.string() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().max(4_000).optional() })).min(1),
});
type Payload = z.output<typeof payloadSchema>;

const payloadOf = (body: string): Payload | null => {
  try {
    return payloadSchema.safeParse(JSON.parse(new URLSearchParams(body).get('payload') ?? '')).data ?? null;
  } catch {
    return null;
  }
};

const linkMs = 15 * 60_000;

/**
 * A press of a button in Slack. False where Slack did not send it, or sent it long ago; true where it was taken,
 * whatever came of it: that is told to whoever pressed, and nobody else.
 */
export const takeFromSlack = async (
  deps: SlackDecideDependencies,
  request: SlackRequest,
): Promise<boolean> => {
  if (!isFromSlack(deps.signingSecret, request, deps.clock.now())) return false;
  const payload = payloadOf(request.body);
  const value = payload?.actions[0]?.value;
  const decision = value === undefined ? null : openDecision(deps.key, value);
  if (!payload || !decision) return true;
  // Slack sends again what was not answered in time: it is done once.
  if (!(await deps.notices.takeRequest(request.signature))) return true;
  const words = await decideBy(deps, payload.user.id, decision);
  await tellPresser(deps, payload, words);
  return true;
};

const decideBy = async (
  deps: SlackDecideDependencies,
  slackUserId: string,
  { tenantId, approvalId, revision, planHash, verdict }: SlackDecision,
): Promise<string> => {
  const contact = (await deps.notices.contactsOfSlackUser(slackUserId)).find(
    (each) => each.tenantId === tenantId,
  );
  if (!contact) return unknownWords(deps, slackUserId);
  const [person, request] = await Promise.all([
    deps.findPrincipal(contact.principalId),
    deps.findApproval(tenantId, approvalId),
  ]);
  const page = `<${deps.origin()}/approvals/${approvalId}|Decide in the console>`;
  if (!person || person.disabledAt !== null || person.tenantId !== tenantId || !request)
    return 'There is nothing here that you can decide.';
  if (!mayDecideOutside(request, deps.decidesIn))
    return `This is decided by whoever is signed in and sees all of it. ${page}.`;
  const outcome = await deps.decide({
    reviewer: callerOf(person, contact, deps.decidesIn),
    taskId: request.taskId,
    verdict,
    on: { revision, planHash },
    comment: verdict === 'REJECT' ? `Rejected in Slack by ${person.name}, without further words.` : null,
  });
  if (outcome.ok && outcome.value.approval.status === 'CANCELLED')
    return outcome.value.task.error?.message ?? 'It was cancelled.';
  if (outcome.ok) return verdict === 'APPROVE' ? 'Your approval is recorded.' : 'Your rejection is recorded.';
  return `${outcome.refusal.message} ${page}.`;
};

/** Whoever bound the Slack user to somebody else could have pressed in their place: the vote carries their hand. */
const callerOf = (person: Principal, contact: Contact, decidesIn: readonly Environment[]): Caller => ({
  ...person,
  credential: {
    id: contact.principalId,
    kind: 'API_KEY',
    handIds: contact.slackById === null ? [] : [contact.slackById],
    decidesIn,
  },
});

const unknownWords = ({ key, origin, clock }: SlackDecideDependencies, slackUserId: string): string => {
  const token = seal(key, { kind: 'link', slackUserId, until: clock.now().getTime() + linkMs });
  return `Nobody here is known by your Slack account. <${origin()}/settings/notifications?slack=${token}|Sign in and link it>, then press again.`;
};

const tellPresser = async (
  { slack, logger }: SlackDecideDependencies,
  { user, channel }: Payload,
  text: string,
): Promise<void> => {
  try {
    await slack('chat.postEphemeral', { channel: channel?.id ?? user.id, user: user.id, text });
  } catch (error) {
    logger.warn({ err: error }, 'whoever pressed a button in Slack could not be told what came of it');
  }
};
