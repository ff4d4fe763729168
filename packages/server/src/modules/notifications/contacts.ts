import { noticeChannels, noticeKinds, type NoticeChannel, type NoticeKind } from '@countersign/shared';
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { bindingFault, isWanted, type Contact, type NoticeChoice } from '../../domain/notice.ts';
import { hasRight, type Caller, type Principal } from '../../domain/principal.ts';
import type { Clock } from '../../infra/clock.ts';
import type { MasterKey } from '../../infra/master-key.ts';
import type { Journal } from '../../record/journal.ts';
import type { NoticeStore } from '../../record/notice-store.ts';
import type { NoticeDestinations } from './destinations.ts';
import { openLink } from './slack-values.ts';

export interface ContactDependencies {
  readonly notices: NoticeStore;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly findPrincipals: (tenantId: string, ids: readonly string[]) => Promise<readonly Principal[]>;
  readonly places: NoticeDestinations;
  readonly key: MasterKey;
  readonly clock: Clock;
}

/** What a person is told, and where. */
export interface NoticeSettings extends Pick<Contact, 'principalId' | 'email' | 'slackUserId'> {
  readonly choices: readonly Omit<NoticeChoice, 'principalId'>[];
  /** Whether this installation can send mail, and speak in Slack. */
  readonly hasMail: boolean;
  readonly hasSlack: boolean;
  readonly digestMinutes: number;
}

const nowhere = (principalId: string, tenantId: string): Contact => ({
  principalId,
  tenantId,
  email: null,
  slackUserId: null,
  slackById: null,
});

export const settingsOf = async (
  { notices, places }: Pick<ContactDependencies, 'notices' | 'places'>,
  tenantId: string,
  principalId: string,
): Promise<NoticeSettings> => {
  const [[contact = nowhere(principalId, tenantId)], choices] = await Promise.all([
    notices.contacts(tenantId, [principalId]),
    notices.choices([principalId]),
  ]);
  return {
    principalId,
    email: contact.email,
    slackUserId: contact.slackUserId,
    choices: noticeKinds.flatMap((kind) =>
      noticeChannels.map((channel) => ({ kind, channel, isOn: isWanted(choices, kind, channel) })),
    ),
    hasMail: places.reachable.mail,
    hasSlack: places.reachable.slack,
    digestMinutes: Math.round(places.digestMs / 60_000),
  };
};

const nobody = refused(refusal('RESOURCE_NOT_FOUND', 'There is no such person.'));

/** Oneself, or as an administrator somebody else of the tenant. */
const whom = async (
  { findPrincipals }: ContactDependencies,
  viewer: Caller,
  principalId: string,
): Promise<Outcome<Principal>> => {
  if (principalId !== viewer.id && !hasRight(viewer, 'ADMINISTER'))
    return refused(
      refusal('AUTHORIZATION_FAILED', 'Only an administrator can change where others are told.'),
    );
  const [found] = await findPrincipals(viewer.tenantId, [principalId]);
  return found?.type === 'HUMAN' ? accepted(found) : nobody;
};

const changeContact = async (
  deps: ContactDependencies,
  viewer: Caller,
  principalId: string,
  change: (contact: Contact) => Contact,
): Promise<Outcome<NoticeSettings>> => {
  const person = await whom(deps, viewer, principalId);
  if (!person.ok) return person;
  const { tenantId } = viewer;
  const [before = nowhere(principalId, tenantId)] = await deps.notices.contacts(tenantId, [principalId]);
  const after = change(before);
  const isSaved = await deps.journal.transaction(async (tx) => {
    if (!(await deps.notices.saveContact(tx, after))) return false;
    if (before.slackUserId !== after.slackUserId)
      tx.record({
        tenantId,
        type: 'principal.slack_linked',
        at: deps.clock.now(),
        taskId: null,
        actorId: viewer.id,
        summary: `${person.value.name} is ${after.slackUserId === null ? 'nobody any more' : after.slackUserId} in Slack`,
        data: { principalId, slackUserId: after.slackUserId },
      });
    return true;
  });
  if (!isSaved) return refused(refusal('CONFLICT', 'Somebody else is known by this Slack account already.'));
  return accepted(await settingsOf(deps, tenantId, principalId));
};

export const setEmailBy = (
  deps: ContactDependencies,
  viewer: Caller,
  principalId: string,
  email: string | null,
) => changeContact(deps, viewer, principalId, (contact) => ({ ...contact, email }));

/** An administrator says who somebody is in Slack, which their votes from there say too; null unbinds. */
export const bindSlackBy = (
  deps: ContactDependencies,
  viewer: Caller,
  principalId: string,
  slackUserId: string | null,
): Promise<Outcome<NoticeSettings>> => {
  const no = slackUserId === null ? null : mayBind(viewer, principalId);
  return no
    ? Promise.resolve(refused(no))
    : changeContact(deps, viewer, principalId, (contact) => ({
        ...contact,
        slackUserId,
        slackById: slackUserId === null ? null : viewer.id,
      }));
};

const mayBind = (viewer: Caller, principalId: string): Refusal | null =>
  hasRight(viewer, 'ADMINISTER')
    ? bindingFault(viewer, principalId)
    : refusal(
        'AUTHORIZATION_FAILED',
        'Press a button in Slack and follow the link there: it shows that it is you.',
      );

/** With what Slack told that very user, lately. */
export const linkSlackBy = async (
  deps: ContactDependencies,
  viewer: Caller,
  token: string,
): Promise<Outcome<NoticeSettings>> => {
  const link = openLink(deps.key, token, deps.clock.now());
  const no = bindingFault(viewer, viewer.id);
  if (no) return refused(no);
  if (!link)
    return refused(
      refusal('PRECONDITION_FAILED', 'This link has ended. Press a button in Slack again for another.'),
    );
  return changeContact(deps, viewer, viewer.id, (contact) => ({
    ...contact,
    slackUserId: link.slackUserId,
    slackById: null,
  }));
};

export const setChoiceBy = async (
  deps: ContactDependencies,
  viewer: Caller,
  choice: { readonly kind: NoticeKind; readonly channel: NoticeChannel; readonly isOn: boolean },
): Promise<Outcome<NoticeSettings>> => {
  if (viewer.type !== 'HUMAN') return nobody;
  await deps.journal.transaction((tx) => {
    deps.notices.saveChoice(tx, { ...choice, principalId: viewer.id });
    return Promise.resolve();
  });
  return accepted(await settingsOf(deps, viewer.tenantId, viewer.id));
};
