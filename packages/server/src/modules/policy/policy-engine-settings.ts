import {
  actionCategories,
  environments,
  risks,
  stepUpTerms,
  stopScopes,
  type StepUpTerms,
  type StopScopeKind,
} from '@countersign/shared';
import { z } from 'zod';
import { defaultReleaseQuorum } from '../../domain/kill-switch.ts';
import { mostNeeds } from '../../domain/quorum.ts';
import type { FlipBudget, StepUpDeed } from '../../domain/policy-version.ts';
import { programSights } from '../../domain/principal.ts';
import type { ProgramTerms } from '../../domain/sight.ts';
import { stepUpOf } from '../../domain/step-up.ts';
import type { Json } from '../../domain/json.ts';
import { readJsonFile } from '../../infra/json-file.ts';

const actionTypeList = z.array(z.string().min(1));
const dayMs = 86_400_000;
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
/** Where policy data or a policy server from before it had a name does not say. */
export const defaultStartWithinMs = 900_000;

/** Spelled as the database of time zones spells them: an OPA server knows no other. */
const isTimeZone = (name: string): boolean => {
  if (!/^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** A name as `createGroup` takes it. */
const group = z.string().min(1).max(100);
const waitMs = z
  .int()
  .min(1_000)
  .max(30 * dayMs);
const mostStages = 5;

const stage = z.strictObject({
  name: z.string().min(1).max(100),
  needs: z
    .array(z.strictObject({ group: group.nullable(), required: z.int().min(1).max(20) }))
    .min(1)
    .max(mostNeeds),
});

const approvalTerms = z.strictObject({
  required: z.int().min(1).max(20),
  /** One after another; with them `required` is what they add up to. */
  stages: z.array(stage).max(mostStages).exactOptional(),
  vetoGroups: z.array(group).max(20).exactOptional(),
  mayEditorApprove: z.boolean().exactOptional(),
  rememberRejectionMs: z
    .int()
    .min(0)
    .max(30 * dayMs)
    .exactOptional(),
  expiresInMs: z
    .int()
    .min(1_000)
    .max(30 * dayMs),
  undoWindowMs: z.int().min(0).max(dayMs),
  startWithinMs: z.int().min(1_000).max(dayMs),
  /** From when people were asked; those that fall behind its end do not come. */
  remindAfterMs: z.array(waitMs).max(5).exactOptional(),
  /** Its members may decide as well from then on. */
  escalation: z.strictObject({ afterMs: waitMs, group }).nullable().exactOptional(),
  /** Whether an approval asks for a passkey; where nothing is said, of whoever has one at critical risk. */
  stepUp: z.enum(stepUpTerms).exactOptional(),
});

const environmentSettings = z.strictObject({
  autonomyLevel: z.int().min(0).max(risks.length),
  forbiddenActionTypes: actionTypeList,
  isJustificationExpected: z.boolean(),
  /** What of these categories gives no justification does not run there. */
  justificationRequiredFor: z.array(z.enum(actionCategories)).max(4).exactOptional(),
  /** Patterns of targets that belong there, whatever a submission says: `shop@*`. */
  targets: z.array(z.string().min(1).max(200)).max(1_000).default([]),
});

const environmentApproval = z.strictObject({
  default: approvalTerms.partial(),
  risks: z.partialRecord(z.enum(risks), approvalTerms.partial()),
});

/** Of one param of an action type: values that it may not have. */
const paramLimits = z.strictObject({
  forbidden: z.array(z.string()).optional(),
  forbiddenPrefixes: z.array(z.string().min(1)).optional(),
  most: z.partialRecord(z.enum(environments), z.number()).optional(),
});

const timeZone = z
  .string()
  .refine(isTimeZone, { error: 'Not the name of a time zone, such as Europe/Berlin or UTC.' });

const frozen = {
  /** What a held step says, in a sentence. */
  message: z.string().min(1).max(200),
  environments: z.array(z.enum(environments)).min(1),
};

/** Whole days of every week, or one period. */
const freeze = z.union([
  z.strictObject({ ...frozen, weekdays: z.array(z.enum(weekdays)).min(1), timeZone }),
  z.strictObject({
    ...frozen,
    from: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }),
  }),
]);

/** That the rules look at the time, and how finely; where it is left out, they are not told any. */
const timeSettings = z.strictObject({
  roundedToMs: z.int().min(1_000).max(3_600_000).multipleOf(1_000),
  freezes: z.array(freeze),
});

/** How many people release a kill switch, by its scope; those left out are as they are by default. */
const stopSettings = z.strictObject({
  releasedBy: z.partialRecord(z.enum(stopScopes), z.int().min(1).max(5)).exactOptional(),
  /** Whether releasing asks for a passkey: of whoever has one where nothing is said. */
  stepUp: z.enum(stepUpTerms).exactOptional(),
});

/** How much a policy may change by one person's word. */
const publishingSettings = z.strictObject({
  /** Of `window` recorded decisions, how many may come out otherwise. */
  flips: z.int().min(0).max(10_000),
  window: z.int().min(1).max(10_000),
  /** Whether publishing asks for a passkey: of whoever has one where nothing is said. */
  stepUp: z.enum(stepUpTerms).exactOptional(),
});
/** Where policy data says nothing of it. */
const defaultPublishing = { flips: 20, window: 1_000 };

const environmentList = z.array(z.enum(environments));
const mostByEnvironment = z.partialRecord(z.enum(environments), z.int().min(0));
const score = z.int().min(0).max(100);
const scoreTerms = z
  .strictObject({ unattended: score, least: score })
  .refine(({ unattended, least }) => least <= unattended, 'least may not be above unattended');

/** How many people make a grant there. For production no one person does. */
const grantMakers = z
  .partialRecord(z.enum(environments), z.strictObject({ people: z.int().min(1).max(2) }))
  .refine(({ PRODUCTION }) => PRODUCTION?.people !== 1, 'two people make a grant for PRODUCTION');
const defaultGrantMakers = { DEVELOPMENT: { people: 1 }, STAGING: { people: 1 } };

/** What standing grants may answer and how far they may go. */
const grantSettings = z.strictObject({
  /** Where there are any; nowhere else. */
  environments: grantMakers.default(defaultGrantMakers),
  /** Rules that ask people, and that a grant may answer; autonomy and score it always may. */
  rules: z.array(z.string().min(1)),
  /** Like approvals after which one is offered. */
  offeredAfter: z.int().min(1).max(1_000),
  mostUses: z.int().min(1).max(10_000),
  longestDays: z.int().min(1).max(365),
});
/** Where policy data from before there were grants says nothing. */
const defaultGrants = {
  environments: defaultGrantMakers,
  rules: [],
  offeredAfter: 3,
  mostUses: 100,
  longestDays: 30,
};

/** Whose tasks agents see, or services: their own, those of all that the same person answers for, or the tenant's. */
const sightSettings = z.strictObject({
  see: z.enum(programSights).default('OWN'),
  /** By the name of one, what it sees instead. */
  named: z.record(z.string().min(1).max(100), z.enum(programSights)).default({}),
});

/** The shape of `policies/data.json`: what an operator changes without building the rules again. */
export const policyDataSchema = z.strictObject({
  settings: z.strictObject({
    hardApproval: z.strictObject({
      actionTypes: actionTypeList,
      /** By action type: where one of these params is given. What gives permissions does not escape by being an upload. */
      givenParams: z
        .record(z.string(), z.array(z.string()))
        .default({ 'drive.file.upload': ['permissions'] }),
    }),
    environments: z.record(z.enum(environments), environmentSettings),
    params: z.record(z.string(), z.record(z.string(), paramLimits)).default({}),
    production: z.strictObject({
      canaryPhaseName: z.string().min(1),
      maxBatchPercent: z.int().min(1).max(100),
    }),
    approval: z.strictObject({
      default: approvalTerms.extend({
        startWithinMs: approvalTerms.shape.startWithinMs.default(defaultStartWithinMs),
      }),
      environments: z.record(z.enum(environments), environmentApproval),
    }),
    images: z
      .strictObject({
        /** By action type: the params that name an image. */
        params: z.record(z.string(), z.array(z.string())),
        floatingTags: z.array(z.string()),
        /** Where no tag may move, and where nothing but a digest will do. */
        fixedIn: environmentList,
        digestIn: environmentList,
        /** How images begin that may run; any where none is named. */
        registries: z.array(z.string().min(1)),
      })
      .partial()
      .exactOptional(),
    terraform: z
      .strictObject({ maxDestroyed: mostByEnvironment, maxChanged: mostByEnvironment })
      .partial()
      .exactOptional(),
    procedures: z
      .strictObject({ maxChanges: mostByEnvironment, budgets: z.record(z.string(), mostByEnvironment) })
      .partial()
      .exactOptional(),
    quality: z.partialRecord(z.enum(environments), scoreTerms).default({}),
    grants: grantSettings.default(defaultGrants),
    time: timeSettings.exactOptional(),
    agents: sightSettings.exactOptional(),
    services: sightSettings.exactOptional(),
    /** Of real requests, one decoy to each 1 / rate; none where nothing is said. */
    decoys: z.partialRecord(z.enum(environments), z.number().min(0).max(1)).exactOptional(),
    stop: stopSettings.exactOptional(),
    publishing: publishingSettings.exactOptional(),
  }),
});

export type PolicyData = z.infer<typeof policyDataSchema>;

/** JSON Schema (2020-12) of policy data, for forms and for whoever writes it elsewhere. */
export const policyDataJsonSchema = (): Json =>
  JSON.parse(
    JSON.stringify(z.toJSONSchema(policyDataSchema, { io: 'input', unrepresentable: 'any' })),
  ) as Json;

/** How finely the rules look at the time, in milliseconds; null where they do not. */
export const timeStepOf = ({ time }: PolicyData['settings']): number | null => time?.roundedToMs ?? null;

/** How many people release a kill switch of each scope. */
export const releaseQuorumOf = ({
  settings,
}: Pick<PolicyData, 'settings'>): Readonly<Record<StopScopeKind, number>> => ({
  ...defaultReleaseQuorum,
  ...settings.stop?.releasedBy,
});

/** How many flips one person may publish, and among how many decisions they are counted. */
export const flipBudgetOf = ({ publishing }: PolicyData['settings']): FlipBudget =>
  publishing ?? defaultPublishing;

/** How long a person's word waits for a second one, where nothing else is said: as long as an approval does. */
export const askHoldsMsOf = ({ approval }: PolicyData['settings']): number => approval.default.expiresInMs;

/** How far agents and services see. */
export const programTermsOf = ({ agents = own, services = own }: PolicyData['settings']): ProgramTerms => ({
  agents,
  services,
});
const own = { see: 'OWN', named: {} } as const;

/** What each asks of a passkey; a restore what an approval of critical risk in production does. */
export const stepUpTermsOf = ({
  stop,
  publishing,
  approval: {
    default: everywhere,
    environments: { PRODUCTION: production },
  },
}: PolicyData['settings']): Readonly<Record<StepUpDeed, StepUpTerms>> => ({
  release: stop?.stepUp ?? 'WHERE_REGISTERED',
  publish: publishing?.stepUp ?? 'WHERE_REGISTERED',
  restore: stepUpOf(
    production.risks.CRITICAL?.stepUp ?? production.default.stepUp ?? everywhere.stepUp,
    'CRITICAL',
  ),
});

/** Parses what `origin` holds, or throws one error that lists every fault with its path. */
export const parsePolicyData = (value: unknown, origin: string): PolicyData => {
  const parsed = policyDataSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`The policy data in ${origin} is not valid:\n${faultLines(parsed.error).join('\n')}`);
};

/** Everything that is wrong with a file of policy data. */
export const policyDataFaults = (file: string): readonly string[] => {
  const read = readJsonFile(file);
  if (read.kind === 'FAULTY') return read.faults;
  if (read.kind === 'UNREADABLE') return [`cannot be read (${read.code})`];
  const parsed = policyDataSchema.safeParse(read.value);
  return parsed.success ? [] : faultLines(parsed.error);
};

export const readPolicyData = async (file: string): Promise<PolicyData> => {
  const read = readJsonFile(file);
  if (read.kind === 'READ') return parsePolicyData(read.value, file);
  const reason =
    read.kind === 'FAULTY'
      ? read.faults.join('; ')
      : `cannot be read (${read.code}); set COUNTERSIGN_POLICY_DATA to another file`;
  throw new Error(`The policy data in ${file} ${reason}.`);
};

/** One line for each fault: `settings.environments.PRODUCTION.autonomyLevel: Too big …`. */
export const faultLines = (error: z.ZodError): string[] =>
  error.issues.map((issue) => `${issue.path.map(String).join('.') || '(top)'}: ${issue.message}`);
