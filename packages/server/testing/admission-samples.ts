import type { AdmissionFacts } from '../src/domain/admission.ts';
import { planHashDomain, type PlanDocument } from '../src/domain/plan.ts';
import { canonicalJson, sha256 } from '../src/infra/digest.ts';
import { planReader } from '../src/record/plan-reader.ts';
import {
  aDecision,
  aDocument,
  aDocumentStep,
  anApproval,
  aPerson,
  aReview,
  aRun,
  aStep,
  aTask,
  at,
} from './domain-samples.ts';

/** Everything that is stored about a task's plan, in one consistent state. */
export type Records = Omit<AdmissionFacts, 'document' | 'documentHash'>;

export interface Stored {
  /** The plan document's bytes. */
  readonly bytes: string;
  readonly records: Records;
}

export const hashOf = (bytes: string): string => sha256(bytes, planHashDomain);

/** Two steps, the first done, the second about to run; two people had to approve and did. */
export const approvedDocument: PlanDocument = aDocument({
  environment: 'PRODUCTION',
  risk: 'HIGH',
  timeoutMs: 86_400_000,
  steps: [
    aDocumentStep({ name: 'build', params: { url: 'https://example.com/build', retries: 2 } }),
    aDocumentStep({
      name: 'deploy',
      ordinal: 1,
      dependsOn: ['build'],
      params: {
        url: 'https://example.com/deploy',
        body: { replicas: 3, force: false, note: null, tags: ['a', 'b'] },
      },
      targets: [{ kind: 'url', name: 'https://example.com/deploy' }],
      precondition: { etag: '"v7"' },
    }),
  ],
});

export const terms = {
  required: 2,
  stages: [],
  vetoGroups: [],
  mayEditorApprove: false,
  rememberRejectionMs: 0,
  remindAfterMs: [],
  escalation: null,
  expiresInMs: 3_600_000,
  undoWindowMs: 10_000,
  startWithinMs: 900_000,
};

/** As `approvedDocument` would be stored, ten minutes after it was planned. */
export const approvedAndStored = (): Stored => {
  const bytes = canonicalJson(approvedDocument);
  const planHash = hashOf(bytes);
  const run = aRun({ planHash, deadlineAt: at(86_400_000) });
  const build = aStep('build', { state: 'SUCCEEDED' });
  const deploy = aStep('deploy', { ordinal: 1, dependsOn: ['build'], state: 'READY', attempt: 0 });
  return {
    bytes,
    records: {
      now: at(600_000),
      task: aTask({ planHash, environment: 'PRODUCTION', risk: 'HIGH', status: 'RUNNING' }),
      run,
      hasBegun: true,
      step: deploy,
      steps: [build, deploy],
      plan: { tenantId: 'tenant', taskId: 'task', revision: 1, hash: planHash },
      requester: { id: 'agent', tenantId: 'tenant', ownerId: 'owner' },
      recorded: {
        tenantId: 'tenant',
        taskId: 'task',
        revision: 1,
        planHash,
        outcome: 'REQUIRE_APPROVAL',
        decidedAt: at(0),
      },
      current: aDecision('REQUIRE_APPROVAL', { approval: terms }),
      lostGrant: null,
      control: null,
      approval: anApproval({
        planHash,
        status: 'APPROVED',
        required: 2,
        resolvedAt: at(100_000),
        effectiveAt: at(110_000),
        environment: 'PRODUCTION',
        risk: 'HIGH',
      }),
      reviews: [aReview('ann', { planHash }), aReview('ben', { planHash, at: at(100_000) })],
      reviewers: [aPerson('ann'), aPerson('ben')],
    },
  };
};

/** The facts that a claim would gather from what is stored; null where it would find no plan to read. */
export const factsOf = ({ bytes, records }: Stored): AdmissionFacts | null => {
  const read = planReader.read({ document: bytes, hash: records.plan.hash });
  return read && { ...records, document: read.document, documentHash: read.hash };
};
