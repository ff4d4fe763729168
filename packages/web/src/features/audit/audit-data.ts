import type { ResultOf } from 'gql.tada';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';
import { verifyEvidence, type Finding } from './verify-evidence.ts';

const AuditLog = graphql(`
  query AuditLog($filter: AuditFilter, $after: String) {
    auditEntries(filter: $filter, first: 50, after: $after) {
      nodes {
        seq
        type
        at
        taskId
        summary
        data
        digest
        traceparent
        actor {
          id
          type
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const SealOfRecord = graphql(`
  query SealOfRecord {
    viewer {
      canOperate
    }
    principals {
      nodes {
        id
        name
      }
    }
    auditSeal {
      size
      sealedTo
      sealedAt
      root
      keyId
      publicKey
      lagMs
      trouble
    }
  }
`);

const EntryProof = graphql(`
  query EntryProof($seq: String!) {
    auditEntryProof(seq: $seq) {
      text
    }
  }
`);

const TaskProof = graphql(`
  query TaskProof($taskId: ID!) {
    auditProof(taskId: $taskId) {
      text
    }
  }
`);

export type AuditEntry = ResultOf<typeof AuditLog>['auditEntries']['nodes'][number];
export type AuditSeal = ResultOf<typeof SealOfRecord>['auditSeal'];

/** As the address has it. */
export interface AuditFilters {
  readonly actor?: string | undefined;
  readonly type?: string | undefined;
  /** Days: 2026-11-27. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly q?: string | undefined;
}

export const isFiltered = (filters: AuditFilters): boolean =>
  Object.values(filters).some((value) => value !== undefined);

const startOf = (day: string | undefined, plusDays = 0): string | null => {
  if (day === undefined || !/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + plusDays);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
};

export const entriesOptions = ({ actor, type, from, to, q }: AuditFilters) => {
  const filter = {
    actorId: actor ?? null,
    types: type === undefined ? null : [type],
    from: startOf(from),
    to: startOf(to, 1),
    text: q ?? null,
  };
  return infiniteQueryOptions({
    queryKey: ['AuditLog', filter] as const,
    queryFn: ({ pageParam, signal }) => execute(AuditLog, { filter, after: pageParam }, signal),
    // No event makes a page of the record old, and every moment adds to it: it is asked for anew each time.
    staleTime: 0,
    initialPageParam: null as string | null,
    getNextPageParam: ({ auditEntries: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
  });
};

/** Every event is sealed a second later. */
export const sealOptions = () => ({ ...documentOptions(SealOfRecord, {}), refetchInterval: 2_000 });

export const verifyEntry = async (seq: string, publicKey: string): Promise<Finding> =>
  verifyEvidence((await execute(EntryProof, { seq })).auditEntryProof.text, publicKey);

export const verifyTask = async (taskId: string, publicKey: string): Promise<Finding> =>
  verifyEvidence((await execute(TaskProof, { taskId })).auditProof.text, publicKey);
