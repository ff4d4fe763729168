import type { Database } from '../infra/database.ts';
import { createDelegationStore } from '../record/delegation-store.ts';
import { createApprovalStore } from '../record/approval-store.ts';
import { createJobStore } from '../record/job-store.ts';
import { createDeadLetterStore } from '../record/dead-letter-store.ts';
import { createLockStore } from '../record/lock-store.ts';
import { createRateCountStore } from '../record/rate-count-store.ts';
import { createRunStore } from '../record/run-store.ts';
import { createPlanStore } from '../record/plan-store.ts';
import { createDecisionStore } from '../record/decision-store.ts';
import { createApprovalLinkStore } from '../record/approval-link-store.ts';
import { createPasskeyStore } from '../record/passkey-store.ts';
import { createAssetStore } from '../record/asset-store.ts';
import { createCatalogueStore } from '../record/catalogue-store.ts';
import { createImportStore } from '../record/import-store.ts';
import { createToolUseStore } from '../record/tool-use-store.ts';
import { createTrackStore } from '../record/track-store.ts';
import { createTaskMarkStore } from '../record/task-mark-store.ts';
import { createWatchStore } from '../record/watch-store.ts';
import { createTaskStore } from '../record/task-store.ts';
import { createDecoyReads } from '../record/decoy-store.ts';
import { createGrantStore } from '../record/grant-store.ts';

export const createStores = (database: Database) => ({
  tasks: createTaskStore(database),
  plans: createPlanStore(database),
  decisions: createDecisionStore(database),
  approvals: createApprovalStore(database),
  delegations: createDelegationStore(database),
  taskMarks: createTaskMarkStore(database),
  runs: createRunStore(database),
  jobs: createJobStore(database),
  locks: createLockStore(database),
  deadLetters: createDeadLetterStore(database),
  track: createTrackStore(database),
  rateCounts: createRateCountStore(database),
  watches: createWatchStore(database),
  grants: createGrantStore(database),
  passkeys: createPasskeyStore(database),
  assets: createAssetStore(database),
  catalogues: createCatalogueStore(database),
  imports: createImportStore(database),
  toolUses: createToolUseStore(database),
  links: createApprovalLinkStore(database),
  decoys: createDecoyReads(database),
});
