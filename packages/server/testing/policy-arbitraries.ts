import {
  actionCategories,
  environments,
  idempotencyCapabilities,
  networkReaches,
  principalTypes,
  priorities,
  risks,
  roles,
  taskModes,
} from '@countersign/shared';
import * as fc from 'fast-check';
import type { Json } from '../src/domain/json.ts';
import { policyInput } from '../src/modules/policy/policy-input.ts';
import type { PolicyInput, PolicyInputFacts } from '../src/modules/policy/policy-input.ts';
import type { PolicyData } from '../src/modules/policy/policy-engine-settings.ts';

const actionTypes = [
  'repo.commit',
  'robot.actuate',
  'http.request',
  'deploy.release',
  'terraform.apply',
  '%s %d %%',
  'ünïcode.✓',
];
const anyActionType = fc.constantFrom(...actionTypes);

/** Names as an agent might choose them: plain, empty, hostile to a format string, or any Unicode at all. */
const anyName = fc.oneof(
  fc.constantFrom('build', 'deploy', 'Canary', 'Wave 1', ''),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('%', 'd', 's', 'v', '\\', '"', '\u0000', '\u202e', 'é', '😀'),
    maxLength: 6,
  }),
);

const anyParam = fc.constantFrom('namespace', 'replicas', 'image', '');
const anyImage = fc.constantFrom(
  'web',
  'web:latest',
  'registry.local:5000/shop/web',
  'registry.local:5000/web:1.5.0',
  'web@sha256:0a1b',
  ':',
  '/',
);
const anyParamText = fc.constantFrom('shop', 'kube-system', '%d');

const firstDay = new Date('2026-01-01T00:00:00Z');
const lastDay = new Date('2027-12-31T00:00:00Z');
const toWholeMinute = (moment: Date): string => `${moment.toISOString().slice(0, 17)}00Z`;

const anyStep: fc.Arbitrary<PolicyInputFacts['steps'][number]> = fc.record({
  name: anyName,
  ordinal: fc.nat({ max: 20 }),
  phase: fc.nat({ max: 5 }),
  phaseName: fc.oneof(fc.constant(null), fc.constant('Canary'), anyName),
  actionType: anyActionType,
  version: fc.integer({ min: 1, max: 9 }),
  platform: fc.constantFrom('git', 'http', 'robot'),
  category: fc.constantFrom(...actionCategories),
  idempotency: fc.constantFrom(...idempotencyCapabilities),
  reversible: fc.boolean(),
  network: fc.constantFrom(...networkReaches),
  targets: fc.array(fc.record({ kind: fc.constantFrom('host', 'branch', 'secret'), name: anyName }), {
    maxLength: 6,
  }),
  params: fc.oneof(
    fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json),
    fc.dictionary(anyParam, fc.oneof(fc.integer(), anyParamText, anyImage, fc.constant(null))),
  ),
  precondition: fc.oneof(
    fc.constant(null),
    fc.record({ added: fc.nat(3), changed: fc.nat(3), destroyed: fc.nat(3) }),
    fc.constant({ added: 1, destroyed: '2' }),
  ),
  isGate: fc.boolean(),
});

export const anyPolicyInputFacts: fc.Arbitrary<PolicyInputFacts> = fc.record({
  tenantId: fc.uuid(),
  requester: fc.record({
    type: fc.constantFrom(...principalTypes),
    roles: fc.array(fc.constantFrom(...roles), { maxLength: 4 }),
    name: anyName,
  }),
  environment: fc.constantFrom(...environments),
  mode: fc.constantFrom(...taskModes),
  priority: fc.constantFrom(...priorities),
  justification: fc.oneof(fc.constant(null), fc.constant('because'), anyName),
  risk: fc.constantFrom(...risks),
  requiresApproval: fc.boolean(),
  steps: fc.array(anyStep, { maxLength: 8 }),
  now: fc.date({ min: firstDay, max: lastDay, noInvalidDate: true }).map(toWholeMinute),
});

export const anyPolicyInput: fc.Arbitrary<PolicyInput> = anyPolicyInputFacts.map(policyInput);

const anyGroup = fc.constantFrom('leads', 'security', 'ünïcode %d');
const anyStage = fc.record({
  name: fc.constantFrom('First', 'Second %s'),
  needs: fc.array(fc.record({ group: fc.option(anyGroup), required: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
});
const someTerms = fc.record(
  {
    required: fc.integer({ min: 1, max: 20 }),
    expiresInMs: fc.integer({ min: 1_000, max: 86_400_000 }),
    stages: fc.array(anyStage, { maxLength: 2 }),
    vetoGroups: fc.uniqueArray(anyGroup, { maxLength: 2 }),
    undoWindowMs: fc.integer({ min: 0, max: 60_000 }),
    startWithinMs: fc.integer({ min: 1_000, max: 86_400_000 }),
  },
  { requiredKeys: [] },
);
const environmentSettings = fc.record({
  autonomyLevel: fc.integer({ min: 0, max: 4 }),
  forbiddenActionTypes: fc.uniqueArray(anyActionType, { maxLength: 2 }),
  isJustificationExpected: fc.boolean(),
  targets: fc.constant<string[]>([]),
});
const someMost = fc.dictionary(fc.constantFrom(...environments), fc.integer({ min: 0, max: 3 }));
const someEnvironments = fc.uniqueArray(fc.constantFrom(...environments));
const anyImages = fc.record({
  params: fc.dictionary(anyActionType, fc.constant<string[]>(['image'])),
  floatingTags: fc.constantFrom<string[]>(['', 'latest'], ['latest'], []),
  fixedIn: someEnvironments,
  digestIn: someEnvironments,
  registries: fc.constantFrom<string[]>([], ['registry.local:5000/'], ['web', 'ünïcode.✓']),
});
const environmentApproval = fc.record({
  default: someTerms,
  risks: fc.dictionary(fc.constantFrom(...risks), someTerms),
});
const anyEnvironments = fc.uniqueArray(fc.constantFrom(...environments), { minLength: 1 });
const anyFreeze = fc.oneof(
  fc.record({
    message: fc.constantFrom('No change on these days.', 'ünïcode ✓ %s %d'),
    environments: anyEnvironments,
    weekdays: fc.uniqueArray(fc.constantFrom('Monday' as const, 'Friday' as const, 'Sunday' as const), {
      minLength: 1,
    }),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'),
  }),
  fc.record({
    message: fc.constant('The books are being closed.'),
    environments: anyEnvironments,
    from: fc.constantFrom('2026-02-01T00:00:00Z', '2026-12-31T12:00:00+01:00', '2027-06-30T23:59:59.5-07:00'),
    until: fc.constantFrom('2026-04-01T00:00:00Z', '2027-01-02T06:00:00Z', '2027-12-24T00:00:00+05:30'),
  }),
);
const eachEnvironment = <Value>(value: fc.Arbitrary<Value>) =>
  fc.record({ DEVELOPMENT: value, STAGING: value, PRODUCTION: value });

const paramLimits = fc.record(
  {
    forbidden: fc.uniqueArray(anyParamText, { maxLength: 2 }),
    forbiddenPrefixes: fc.uniqueArray(fc.constantFrom('kube-', 's', '%'), { maxLength: 2 }),
    most: fc.dictionary(fc.constantFrom(...environments), fc.integer()),
  },
  { requiredKeys: [] },
);

/** Any contents of `policies/data.json` that its schema accepts. */
export const anyPolicyData: fc.Arbitrary<PolicyData> = fc.record({
  settings: fc.record(
    {
      hardApproval: fc.record({
        actionTypes: fc.uniqueArray(anyActionType, { maxLength: 3 }),
        givenParams: fc.dictionary(anyActionType, fc.uniqueArray(anyParam, { maxLength: 2 })),
      }),
      environments: eachEnvironment(environmentSettings),
      params: fc.dictionary(anyActionType, fc.dictionary(anyParam, paramLimits)),
      production: fc.record({
        canaryPhaseName: fc.constantFrom('Canary', 'First %d'),
        maxBatchPercent: fc.integer({ min: 1, max: 100 }),
      }),
      approval: fc.record({
        default: fc.constant({
          required: 1,
          expiresInMs: 3_600_000,
          undoWindowMs: 10_000,
          startWithinMs: 900_000,
        }),
        environments: eachEnvironment(environmentApproval),
      }),
      images: anyImages,
      terraform: fc.record({ maxDestroyed: someMost, maxChanged: someMost }),
      procedures: fc.record({ maxChanges: someMost, budgets: fc.dictionary(anyActionType, someMost) }),
      quality: fc.dictionary(
        fc.constantFrom(...environments),
        fc.record({ unattended: fc.integer({ min: 50, max: 100 }), least: fc.integer({ min: 0, max: 50 }) }),
      ),
      grants: fc.record({
        environments: fc.constantFrom({}, { STAGING: { people: 1 } }),
        rules: fc.subarray(['production_safety.internet_change', 'sop_safety.irreversible_before_others']),
        offeredAfter: fc.constant(3),
        mostUses: fc.constant(10),
        longestDays: fc.constant(30),
      }),
      time: fc.record({ roundedToMs: fc.constant(60_000), freezes: fc.array(anyFreeze, { maxLength: 3 }) }),
    },
    {
      requiredKeys: ['hardApproval', 'environments', 'params', 'production', 'approval', 'quality', 'grants'],
    },
  ),
});
