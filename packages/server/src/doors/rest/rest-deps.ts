import type { Review } from '../../domain/approval-request.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Operations } from '../../operations.ts';
import type { Views } from '../../operations/views.ts';
import type { Waiting } from '../shared/waiting.ts';

/** What addresses are made of. */
export interface RestDeps {
  readonly operations: Operations;
  readonly views: Views;
  /** Every vote on these requests. */
  readonly reviewsOf: (approvalIds: readonly string[]) => Promise<readonly Review[]>;
  readonly findPrincipals: (tenantId: string, ids: readonly string[]) => Promise<readonly Principal[]>;
  readonly findTenantName: (tenantId: string) => Promise<string | null>;
  /** Where people reach the console. */
  readonly originOf: () => string;
  readonly waiting: Waiting;
}
