import { environments, type Environment } from '@countersign/shared';
import { mayGrant, resumerOf } from '../../../domain/grant-making.ts';
import type { GrantOffer, OfferTerms } from '../../../domain/grant-offer.ts';
import { statusOf, type StandingGrant, type UsedGrant } from '../../../domain/grant.ts';
import type { Caller, Principal } from '../../../domain/principal.ts';
import type { Task } from '../../../domain/task.ts';
import type { Refusal } from '../../../domain/errors.ts';
import type { Clock } from '../../../infra/clock.ts';
import {
  grantRefusals,
  type GrantCommands,
  type GrantQueries,
  type GrantViews,
  type LetThrough,
} from '../../../modules/grants/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType, viewerMay } from './exposed-fields.ts';
import type { LoadTask } from './task-schema.ts';

export interface GrantSources {
  readonly operations: GrantCommands & GrantQueries;
  readonly grants: GrantViews;
  readonly loadPrincipal: LoadPrincipal;
  readonly loadTask: LoadTask;
  readonly clock: Clock;
}

export const addGrantSchema = (builder: Builder, refs: Refs, sources: GrantSources): void => {
  const { operations } = sources;
  const grant = addGrantType(builder, refs, sources);
  addLetThrough(builder, refs, sources, grant);
  const offer = addOfferType(builder, refs, sources);
  refs.query(operations.grants, { type: [grant] });
  refs.query(operations.grant, { type: grant, nullable: true });
  refs.query(operations.grantTerms, { type: addTermsType(builder, refs) });
  refs.query(operations.grantOffers, { type: [offer] });
  refs.query(operations.grantOffer, { type: offer, nullable: true });
  const payload = refs.payload<StandingGrant>(
    'GrantPayload',
    'What became of a word on a grant.',
    (give) => ({
      grant: give(grant, 'The grant as it is now.', (value) => value),
    }),
  );
  for (const command of [
    operations.createGrant,
    operations.approveGrant,
    operations.revokeGrant,
    operations.resumeGrant,
  ] as const)
    refs.command(command, payload);
};

const addGrantType = (
  builder: Builder,
  refs: Refs,
  { grants, loadPrincipal, loadTask, clock }: GrantSources,
) => {
  const { enums } = refs;
  const use = addUseType(builder, refs, loadTask);
  /** Somebody whose changes it is about is there for as long as the record is. */
  const asked =
    (refusalOf: (viewer: Caller, grant: StandingGrant, agent: Principal, now: Date) => Refusal | null) =>
    async (viewer: Caller, grant: StandingGrant): Promise<Refusal | null> => {
      const agent = await loadPrincipal(viewer, grant.agentId);
      if (!agent) throw new Error(`There is nobody of the id ${grant.agentId}.`);
      return refusalOf(viewer, grant, agent, clock.now());
    };
  const person = (description: string, idOf: (grant: StandingGrant) => string | null) => ({
    type: refs.principal,
    nullable: true as const,
    description,
    resolve: async (grant: StandingGrant, _args: object, { viewer }: { viewer: Principal }) => {
      const id = idOf(grant);
      return id === null ? null : loadPrincipal(viewer, id);
    },
  });
  return defineType<StandingGrant>(
    builder,
    'Grant',
    "A person's standing yes to changes of one kind. What it allows never changes.",
    {
      id: ['ID', 'Its UUID.'],
      actionType: ['String', 'The type of action that it covers: `http.request@1`.'],
      environment: [enums.environment, 'Where.'],
      target: ['String', 'The pattern that the name of each target must match.'],
      maxRisk: [enums.risk, 'The most risk that it covers.'],
      uses: ['Int', 'How many changes it covers.'],
      taken: ['Int', 'How many of them were let through.'],
      expiresAt: ['DateTime', 'Until when it covers any.'],
      reason: ['String', 'Why it was made.'],
      required: ['Int', 'How many people make it.'],
      isBacked: ['Boolean', 'Whether all who made it may decide still; it covers nothing otherwise.'],
      createdAt: ['DateTime', 'When it was made.'],
      approvedAt: ['DateTime', 'When a second person said yes.', 'nullable'],
      revokedAt: ['DateTime', 'When it was revoked.', 'nullable'],
      revokedReason: ['String', 'Why it was revoked.', 'nullable'],
      suspendedAt: ['DateTime', 'When it was suspended; null where it is not.', 'nullable'],
      suspendedReason: ['String', 'What suspended it.', 'nullable'],
      suspendedTaskId: ['ID', 'The task that suspended it.', 'nullable'],
      resumedAt: ['DateTime', 'When it was resumed last.', 'nullable'],
    },
    (t) => ({
      status: t.field({
        type: enums.grantStatus,
        description: 'Where it stands.',
        resolve: (grant) => statusOf(grant, clock.now()),
      }),
      remaining: t.int({
        description: 'How many changes it covers still.',
        resolve: ({ uses, taken }) => uses - taken,
      }),
      agent: t.field(person('Whose changes it covers.', ({ agentId }) => agentId)),
      by: t.field(person('Who made it.', ({ byId }) => byId)),
      approvedBy: t.field(
        person('The second person, where it takes two.', ({ approvedById }) => approvedById),
      ),
      revokedBy: t.field(person('Who revoked it.', ({ revokedById }) => revokedById)),
      resumeAskedBy: t.field(
        person('Who would let it hold again, while a second person has to as well.', resumerOf),
      ),
      resumedBy: t.field(person('Who resumed it last.', ({ resumedById }) => resumedById)),
      history: t.field({
        type: [use],
        description: 'What it let through, the newest first: 200 at most.',
        resolve: (grant, _args, { viewer }) => grants.findUses(viewer, grant.id),
      }),
      ...viewerMay(
        t,
        'Approve',
        ['Whether you may say the second yes to it.', 'Why not; null where you may.'],
        asked(grantRefusals.approve),
      ),
      ...viewerMay(
        t,
        'Resume',
        ['Whether you may let it hold again.', 'Why not; null where you may.'],
        asked(grantRefusals.resume),
      ),
      ...viewerMay(
        t,
        'Revoke',
        ['Whether you may end it.', 'Why not; null where you may.'],
        (viewer, grant) => grantRefusals.revoke(viewer, grant, clock.now()),
      ),
    }),
  );
};

const addUseType = (builder: Builder, refs: Refs, loadTask: LoadTask) =>
  defineType<UsedGrant>(
    builder,
    'GrantUse',
    'That a grant let a revision of a task through.',
    {
      revision: ['Int', 'The revision of the task.'],
      planHash: ['String', 'The hash of its plan.'],
      takes: ['Int', 'How many changes it covers of it, each a use.'],
      number: ['Int', 'How many uses were taken with them.'],
      at: ['DateTime', 'When.'],
    },
    (t) => ({
      task: t.field({
        type: refs.task,
        nullable: true,
        description: 'The task.',
        resolve: ({ taskId }, _args, { viewer }) => loadTask(viewer, taskId),
      }),
    }),
  );

/** Tasks and runs name what let them through. */
const addLetThrough = (
  builder: Builder,
  refs: Refs,
  { grants }: GrantSources,
  grant: ReturnType<typeof addGrantType>,
): void => {
  const load = createBatchLoader(
    (viewer: Principal, keys: readonly Pick<UsedGrant, 'taskId' | 'revision'>[]) =>
      grants.findLetThrough(viewer, keys),
    ({ use: { taskId, revision } }: LetThrough) => `${taskId}/${revision}`,
    ({ taskId, revision }) => `${taskId}/${revision}`,
  );
  const of = async (viewer: Principal, { id, revision }: Pick<Task, 'id' | 'revision'>) =>
    (await load(viewer, { taskId: id, revision }))?.grant ?? null;
  builder.objectField(refs.task, 'grant', (t) =>
    t.field({
      type: grant,
      nullable: true,
      description: 'The standing grant that let its current revision through; null where none did.',
      resolve: (task, _args, { viewer }) => of(viewer, task),
    }),
  );
  builder.objectField(refs.run, 'grant', (t) =>
    t.field({
      type: grant,
      nullable: true,
      description: 'The standing grant that let it through; null where none did.',
      resolve: ({ taskId, revision }, _args, { viewer }) => of(viewer, { id: taskId, revision }),
    }),
  );
};

const addOfferType = (builder: Builder, refs: Refs, { loadPrincipal, loadTask }: GrantSources) =>
  defineType<GrantOffer>(
    builder,
    'GrantOffer',
    'A grant that you could make by now, with what would stand in it. Nobody makes it but you.',
    {
      actionType: ['String', 'The type of action.'],
      agentId: ['ID', 'Whose changes.'],
      environment: [refs.enums.environment, 'Where.'],
      target: ['String', 'The pattern of the targets.'],
      maxRisk: [refs.enums.risk, 'The most risk that there was.'],
      uses: ['Int', 'How many changes.'],
      expiresAt: ['DateTime', 'Until when.'],
    },
    (t) => ({
      agent: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Whose changes.',
        resolve: ({ agentId }, _args, { viewer }) => loadPrincipal(viewer, agentId),
      }),
      approvals: t.int({
        description: 'How many of its kind were approved one after the other, and all went well.',
        resolve: ({ taskIds }) => taskIds.length,
      }),
      tasks: t.field({
        type: [refs.task],
        description: 'The last of them, the newest first: 10 at most.',
        resolve: async ({ taskIds }, _args, { viewer }) => {
          const found = await Promise.all(taskIds.slice(0, 10).map((id) => loadTask(viewer, id)));
          return found.filter((task) => task !== null);
        },
      }),
    }),
  );

interface GrantPlace {
  readonly environment: Environment;
  readonly people: number;
}

const addTermsType = (builder: Builder, refs: Refs) => {
  const place = defineType<GrantPlace>(builder, 'GrantPlace', 'An environment in which there are grants.', {
    environment: [refs.enums.environment, 'Where.'],
    people: ['Int', 'How many people make one.'],
  });
  return defineType<OfferTerms>(
    builder,
    'GrantTerms',
    'How far policy lets standing grants go.',
    {
      mostUses: ['Int', 'How many changes one may cover.'],
      longestDays: ['Int', 'For how many days one may hold.'],
      offeredAfter: ['Int', 'Like approvals after which one is offered.'],
    },
    (t) => ({
      places: t.field({
        type: [place],
        description: 'Where there are any.',
        resolve: ({ environments: places }) =>
          environments.flatMap((environment) => {
            const people = places[environment]?.people;
            return people === undefined ? [] : [{ environment, people }];
          }),
      }),
      viewerCanGrant: t.boolean({
        description: 'Whether you may make grants, for agents that you have no hand in.',
        resolve: (_terms, _args, { viewer }) => mayGrant(viewer),
      }),
    }),
  );
};
