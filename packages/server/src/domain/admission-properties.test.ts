import { roles } from '@countersign/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  approvedAndStored,
  terms,
  approvedDocument,
  factsOf,
  hashOf,
  type Records,
  type Stored,
} from '../../testing/admission-samples.ts';
import { at } from '../../testing/domain-samples.ts';
import { canonicalJson } from '../infra/digest.ts';
import { admit } from './admission.ts';
import type { Review } from './approval-request.ts';
import type { Json } from './json.ts';

/** What a claim says of what is stored; what cannot be read is not admitted either. */
const isAdmitted = (stored: Stored): boolean => {
  const facts = factsOf(stored);
  return facts !== null && admit(facts).isAdmitted;
};

type Path = readonly (string | number)[];

/** Every place of a value, containers included. */
const placesOf = (value: unknown, path: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return [path];
  const inside = Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    placesOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inside : [path, ...inside];
};

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], root);

/** A copy with another value at one place; `undefined` takes the place away. */
const changedAt = <Value>(root: Value, path: Path, value: unknown): Value => {
  const copy = structuredClone(root);
  const [last = '', ...above] = path.toReversed();
  const parent = valueAt(copy, above.toReversed()) as Record<string | number, unknown>;
  if (value !== undefined) parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return copy;
};

const anyJson = fc.jsonValue({ maxDepth: 1 });

const anyOther = (value: Json): fc.Arbitrary<Json | undefined> =>
  fc
    .oneof(
      fc.constant(undefined),
      anyJson,
      ...(typeof value === 'string'
        ? [fc.constantFrom(`${value} `, value.toUpperCase(), value.slice(1), '')]
        : []),
      ...(typeof value === 'number' ? [fc.constantFrom(value + 1, value - 1, -value, String(value))] : []),
      ...(typeof value === 'boolean' ? [fc.constantFrom(!value, String(value))] : []),
    )
    .filter((other) => other === undefined || canonicalJson(other) !== canonicalJson(value)) as fc.Arbitrary<
    Json | undefined
  >;

/** The approved document with one place changed, added or taken away. */
const anyChangedDocument = fc.oneof(
  ...placesOf(approvedDocument).map((path) =>
    anyOther(valueAt(approvedDocument, path) as Json).map((value) =>
      changedAt<unknown>(approvedDocument, path, value),
    ),
  ),
);

type HashPlace = (records: Records, planHash: string) => Records;
/** Records that somebody who alters the bytes could alter with them, one more at a time. Votes are the last. */
const hashPlaces: HashPlace[] = [
  (records) => records,
  (records, hash) => ({ ...records, plan: { ...records.plan, hash } }),
  (records, planHash) => ({ ...records, task: { ...records.task, planHash } }),
  (records, planHash) => ({ ...records, run: { ...records.run, planHash } }),
  (records, planHash) => ({ ...records, recorded: records.recorded && { ...records.recorded, planHash } }),
  (records, planHash) => ({ ...records, approval: records.approval && { ...records.approval, planHash } }),
];

describe('what was approved', () => {
  it('is admitted as it is stored', () => {
    expect(isAdmitted(approvedAndStored())).toBe(true);
  });

  it('is admitted at any moment between the undo window and the expiry', () => {
    const property = fc.property(fc.integer({ min: 110_000, max: 3_599_999 }), (ms) => {
      const stored = approvedAndStored();
      expect(isAdmitted({ ...stored, records: { ...stored.records, now: at(ms) } })).toBe(true);
    });
    fc.assert(property);
  });

  it('is not admitted at any other', () => {
    const anyOtherTime = fc.oneof(
      fc.integer({ min: 0, max: 109_999 }),
      fc.integer({ min: 3_600_000, max: 1e9 }),
    );
    const property = fc.property(anyOtherTime, (ms) => {
      const stored = approvedAndStored();
      const records = { ...stored.records, hasBegun: false, now: at(ms) };
      expect(isAdmitted({ ...stored, records })).toBe(false);
    });
    fc.assert(property);
  });

  it('is not admitted with a byte replaced, added or taken away', () => {
    const { bytes, records } = approvedAndStored();
    const anyEdit = fc.record({
      place: fc.nat({ max: bytes.length - 1 }),
      removed: fc.constantFrom(0, 1, 1, 5),
      added: fc.oneof(
        fc.constantFrom('', ' ', '0', '1', '"', ',', '\u0000', '\u200b', 'é'),
        fc.string({ maxLength: 3 }),
      ),
    });
    const property = fc.property(anyEdit, ({ place, removed, added }) => {
      const edited = bytes.slice(0, place) + added + bytes.slice(place + removed);
      fc.pre(edited !== bytes);
      expect(isAdmitted({ bytes: edited, records })).toBe(false);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('is not admitted with any field of the plan changed, however many records are altered to fit', () => {
    const property = fc.property(
      anyChangedDocument,
      fc.nat({ max: hashPlaces.length - 1 }),
      (document, reach) => {
        const { records } = approvedAndStored();
        const bytes = canonicalJson(document);
        const altered = hashPlaces
          .slice(0, reach + 1)
          .reduce((all, place) => place(all, hashOf(bytes)), records);
        expect(isAdmitted({ bytes, records: altered })).toBe(false);
      },
    );
    fc.assert(property, { numRuns: 1_500 });
  });

  it('is not admitted under the hash of another plan, whichever record names it', () => {
    const property = fc.property(
      anyChangedDocument,
      fc.nat({ max: hashPlaces.length - 1 }),
      (document, place) => {
        const { bytes, records } = approvedAndStored();
        const other = hashOf(canonicalJson(document));
        const altered = hashPlaces[place]?.(records, other) ?? records;
        expect(isAdmitted({ bytes, records: altered })).toBe(place === 0);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

/** Fields of the records that do not bear on whether the plan may run: what else they hold is for other ends. */
const indifferent = [
  /^(now|hasBegun)$/,
  /^task\.(?!(id|tenantId|revision|planHash|submittedById|mode|environment|risk)$)/,
  /^run\.(?!(id|tenantId|taskId|revision|planHash)$)/,
  // Of the step itself its name and place; that it is its turn, the steps before it tell.
  /^step\.(?!(name|ordinal|actionType|runId|taskId|tenantId)$)/,
  /^steps\.0\.(?!(name|state)$)/,
  /^steps\.1(\.|$)/,
  /^requester\.ownerId$/,
  // What policy says today: its words, and terms that the approval meets.
  /^current(\.(reasons.*|approval.*))?$/,
  /^recorded\.(outcome|decidedAt)$/,
  /^approval\.(id|required|stepUp|stages|vetoGroups|editedById|mayEditorApprove|undoWindowMs|startWithinMs|risk|environment|rank|createdAt|expiresAt|resolvedAt|effectiveAt|remindAfterMs|remindersSent|escalateAfterMs|escalateTo|escalatedAt|nextTurnAt|staleSince|staleReason)$/,
  /^approval\.excludedIds(\.1)?$/,
  // Hands and groups have properties of their own.
  /^reviews\.\d\.(id|comment|at|groups|handIds|makerIds|standsForIds|consideredMs|hasViewed|passkeyId|stepUpId|idempotencyKey)$/,
  /^reviewers\.\d\.(name|groups|ownerId|createdById|handIds|disabledAt|credential.*)$/,
];

const relevantPaths = (records: Records): Path[] =>
  placesOf(records).filter((path) => !indifferent.some((pattern) => pattern.test(path.join('.'))));

/** Another value of the same kind, or none. */
const anyOtherOf = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value === 'string') return fc.string().filter((other) => other !== value);
  if (typeof value === 'number') return fc.integer().filter((other) => other !== value);
  return Array.isArray(value) ? fc.constant([]) : fc.constant(null);
};

const anyOtherRole = fc.constantFrom('VIEWER', 'SUBMITTER', 'OPERATOR', 'ADMIN');

describe('the records of an approved plan', () => {
  const { records } = approvedAndStored();
  const paths = relevantPaths(records).filter((path) => {
    const value = valueAt(records, path);
    return (
      typeof value !== 'object' ||
      path.length > 1 ||
      ['recorded', 'approval', 'reviews', 'reviewers', 'steps'].includes(String(path[0]))
    );
  });

  it('bear on whether it may run in these fields', () => {
    expect(paths.map((path) => path.join('.'))).toEqual([
      'task.id',
      'task.tenantId',
      'task.submittedById',
      'task.mode',
      'task.environment',
      'task.revision',
      'task.planHash',
      'task.risk',
      'run.id',
      'run.tenantId',
      'run.taskId',
      'run.revision',
      'run.planHash',
      'step.tenantId',
      'step.runId',
      'step.taskId',
      'step.name',
      'step.ordinal',
      'step.actionType',
      'steps',
      'steps.0',
      'steps.0.name',
      'steps.0.state',
      'plan.tenantId',
      'plan.taskId',
      'plan.revision',
      'plan.hash',
      'requester.id',
      'requester.tenantId',
      'recorded',
      'recorded.tenantId',
      'recorded.taskId',
      'recorded.revision',
      'recorded.planHash',
      'current.outcome',
      'approval',
      'approval.tenantId',
      'approval.taskId',
      'approval.revision',
      'approval.planHash',
      'approval.status',
      'approval.excludedIds.0',
      'reviews',
      'reviews.0',
      'reviews.0.approvalId',
      'reviews.0.tenantId',
      'reviews.0.planHash',
      'reviews.0.reviewerId',
      'reviews.0.verdict',
      'reviews.0.stage',
      'reviews.1',
      'reviews.1.approvalId',
      'reviews.1.tenantId',
      'reviews.1.planHash',
      'reviews.1.reviewerId',
      'reviews.1.verdict',
      'reviews.1.stage',
      'reviewers',
      'reviewers.0',
      'reviewers.0.id',
      'reviewers.0.tenantId',
      'reviewers.0.type',
      'reviewers.0.roles',
      'reviewers.0.roles.0',
      'reviewers.1',
      'reviewers.1.id',
      'reviewers.1.tenantId',
      'reviewers.1.type',
      'reviewers.1.roles',
      'reviewers.1.roles.0',
    ]);
  });

  it('do not admit it with any one of them changed', () => {
    const special: Record<string, fc.Arbitrary<unknown>> = {
      'current.outcome': fc.constant('DENY'),
      'steps.0': fc.constant(undefined),
      'reviews.0': fc.constant(undefined),
      'reviews.1': fc.constant(undefined),
      // Another voter who may vote changes nothing; one who may not does.
      'reviews.0.reviewerId': fc.constantFrom('ben', 'agent', 'owner'),
      'reviews.1.reviewerId': fc.constantFrom('ann', 'agent', 'owner'),
      'reviewers.0': fc.constant(undefined),
      'reviewers.1': fc.constant(undefined),
      'reviewers.0.type': fc.constantFrom('AGENT', 'SERVICE'),
      'reviewers.1.type': fc.constantFrom('AGENT', 'SERVICE'),
      'reviewers.0.roles.0': anyOtherRole,
      'reviewers.1.roles.0': anyOtherRole,
      'reviews.0.verdict': fc.constantFrom('REJECT', 'WITHDRAW'),
      'reviews.1.verdict': fc.constantFrom('REJECT', 'WITHDRAW'),
    };
    const anyChange = fc.constantFrom(...paths).chain((path) => {
      const anyValue = special[path.join('.')] ?? anyOtherOf(valueAt(records, path));
      return anyValue.map((value) => ({ path, value }));
    });
    const property = fc.property(anyChange, ({ path, value }) => {
      const stored = approvedAndStored();
      expect(isAdmitted({ ...stored, records: changedAt(stored.records, path, value) })).toBe(false);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('admit it whatever else they hold', () => {
    const { step } = records;
    const free: Record<string, fc.Arbitrary<unknown>> = {
      'task.goal': fc.string(),
      'task.priority': fc.constantFrom('CRITICAL', 'LOW'),
      'step.dependsOn': fc.array(fc.string()),
      'step.attempt': fc.integer({ min: 0, max: 9 }),
      'step.fence': fc.nat(),
      'step.worker': fc.option(fc.string()),
      'approval.required': fc.constantFrom(0, 1, 2),
      'approval.undoWindowMs': fc.nat({ max: 500_000 }),
      'approval.startWithinMs': fc.nat(),
      hasBegun: fc.boolean(),
      'reviews.0.comment': fc.option(fc.string()),
      'reviews.0.at': fc.nat({ max: 590_000 }).map(at),
      'current.reasons': fc.constant([]),
    };
    expect(step.attempt).toBe(0);
    const anyChange = fc.constantFrom(...Object.keys(free)).chain((path) =>
      (free[path] ?? fc.constant(null)).map((value) => ({
        path: path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
        value,
      })),
    );
    const property = fc.property(anyChange, ({ path, value }) => {
      const stored = approvedAndStored();
      expect(isAdmitted({ ...stored, records: changedAt(stored.records, path, value) })).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('the quorum, the exclusions and the terms of an approval', () => {
  const admittedWith = (change: (records: Records) => Partial<Records>): boolean => {
    const stored = approvedAndStored();
    return isAdmitted({ ...stored, records: { ...stored.records, ...change(stored.records) } });
  };

  it('admit nothing with a quorum above the votes, on the request or in policy', () => {
    const property = fc.property(fc.integer({ min: 3, max: 1_000 }), fc.boolean(), (required, isInPolicy) => {
      const isIn = admittedWith(({ approval, current }) =>
        isInPolicy && current.approval
          ? { current: { ...current, approval: { ...current.approval, required } } }
          : { approval: approval && { ...approval, required } },
      );
      expect(isIn).toBe(false);
    });
    fc.assert(property);
  });

  it('admit nothing without the passkeys that it asks for', () => {
    const stored = approvedAndStored();
    const asking = changedAt(stored.records, ['approval', 'stepUp'], 'REQUIRED');
    const property = fc.property(fc.boolean(), fc.boolean(), (first, second) => {
      const reviews = [first, second].reduce(
        (records, has, index) => changedAt(records, ['reviews', index, 'passkeyId'], has ? 'key' : null),
        asking,
      );
      expect(isAdmitted({ ...stored, records: reviews })).toBe(first && second);
    });
    fc.assert(property);
  });

  it('admit nothing with one vote less, whatever the request says of its quorum', () => {
    const property = fc.property(fc.integer({ min: -5, max: 2 }), fc.nat({ max: 1 }), (required, lost) => {
      const isIn = admittedWith(({ approval, reviews }) => ({
        approval: approval && { ...approval, required },
        reviews: reviews.filter((_, index) => index !== lost),
      }));
      expect(isIn).toBe(false);
    });
    fc.assert(property);
  });

  it('admit nothing short of people who may still decide, whatever else holds', () => {
    const anyReviewer = (id: string) =>
      fc.record({
        id: fc.constant(id),
        tenantId: fc.constantFrom('tenant', 'tenant', 'other'),
        type: fc.constantFrom('HUMAN' as const, 'HUMAN' as const, 'AGENT' as const),
        name: fc.string(),
        roles: fc.subarray([...roles]),
        groups: fc.constant([]),
        ownerId: fc.constantFrom(null, 'owner'),
        createdById: fc.constant(null),
        handIds: fc.constant([]),
        disabledAt: fc.constant(null),
      });
    const anyReviewers = fc.tuple(anyReviewer('ann'), anyReviewer('ben'), fc.subarray([0, 1, 1, 0]));
    const property = fc.property(anyReviewers, ([ann, ben, present]) => {
      const reviewers = [...new Set(present)].flatMap((index) => [ann, ben][index] ?? []);
      const eligible = reviewers.filter(
        (one) => one.tenantId === 'tenant' && one.type === 'HUMAN' && one.roles.includes('APPROVER'),
      );
      expect(admittedWith(() => ({ reviewers }))).toBe(eligible.length === 2);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('admit nothing where a voter is excluded, or the requester is not', () => {
    const anyExclusion = fc.oneof(
      fc.constantFrom('ann', 'ben').map((voter) => ['agent', 'owner', voter]),
      fc.subarray(['owner', 'cy', 'dee']),
    );
    const property = fc.property(anyExclusion, (excludedIds) => {
      expect(admittedWith(({ approval }) => ({ approval: approval && { ...approval, excludedIds } }))).toBe(
        false,
      );
    });
    fc.assert(property);
  });

  it('admit nothing where one hand could have given both, or had a hand in the submission', () => {
    const property = fc.property(fc.nat({ max: 1 }), fc.subarray(['cy', 'dee']), (place, more) => {
      const makerOf = (maker: string) => (one: Review, index: number) =>
        index === place ? { ...one, handIds: [...more, maker], makerIds: [maker] } : one;
      const voter = (records: Records): string => records.reviews[1 - place]?.reviewerId ?? '';
      expect(admittedWith(({ reviews }) => ({ reviews: reviews.map(makerOf('cy')) }))).toBe(true);
      expect(admittedWith((records) => ({ reviews: records.reviews.map(makerOf(voter(records))) }))).toBe(
        false,
      );
      expect(
        admittedWith((records) => ({ task: { ...records.task, handIds: [...more, voter(records)] } })),
      ).toBe(false);
    });
    fc.assert(property);
  });

  it('let a run begin until both the expiry and the time to begin are over, and one that has begun go on', () => {
    const anyTimes = fc.record({
      expiresMs: fc.integer({ min: 1, max: 7_200_000 }),
      nowMs: fc.integer({ min: 110_000, max: 7_200_000 }),
      hasBegun: fc.boolean(),
    });
    const property = fc.property(anyTimes, ({ expiresMs, nowMs, hasBegun }) => {
      const isIn = admittedWith(({ approval }) => ({
        now: at(nowMs),
        hasBegun,
        approval: approval && { ...approval, expiresAt: at(expiresMs) },
      }));
      const wereInTime = expiresMs > 100_000;
      const startByMs = Math.max(Math.min(expiresMs, 3_600_000), 110_000 + terms.startWithinMs);
      expect(isIn).toBe(wereInTime && (hasBegun || nowMs < startByMs));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('admit nothing where policy denied it or nobody recorded what policy said', () => {
    for (const outcome of ['DENY', null] as const) {
      expect(
        admittedWith(({ recorded }) => ({ recorded: outcome && recorded && { ...recorded, outcome } })),
      ).toBe(false);
    }
  });
});
