import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';
import type { ActOutcome } from './people-data.ts';

const Groups = graphql(`
  query Groups {
    groups(first: 200) {
      nodes {
        id
        name
        members {
          id
          name
        }
      }
    }
  }
`);
export type Group = ResultOf<typeof Groups>['groups']['nodes'][number];

export const groupsOptions = () => documentOptions(Groups, {}, { refetchOn: ['group.', 'principal.'] });

const CreateGroup = graphql(`
  mutation CreateGroup($input: CreateGroupInput!) {
    createGroup(input: $input) {
      refusal {
        message
      }
    }
  }
`);

export const createGroup = async (name: string): Promise<ActOutcome> => {
  const { createGroup: payload } = await execute(CreateGroup, { input: { name } });
  return { complaint: payload.refusal?.message ?? null };
};

const AddGroupMembers = graphql(`
  mutation AddGroupMembers($input: AddGroupMembersInput!) {
    addGroupMembers(input: $input) {
      refusal {
        message
      }
    }
  }
`);

const RemoveGroupMembers = graphql(`
  mutation RemoveGroupMembers($input: RemoveGroupMembersInput!) {
    removeGroupMembers(input: $input) {
      refusal {
        message
      }
    }
  }
`);

/** Those join who are chosen and not in yet, and those leave who are not chosen any more. */
export const changeMembers = async (
  groupId: string,
  before: readonly string[],
  chosen: readonly string[],
): Promise<ActOutcome> => {
  const joining = chosen.filter((id) => !before.includes(id));
  const leaving = before.filter((id) => !chosen.includes(id));
  if (joining.length > 0) {
    const input = { groupId, principalIds: joining };
    const { refusal } = (await execute(AddGroupMembers, { input })).addGroupMembers;
    if (refusal) return { complaint: refusal.message };
  }
  if (leaving.length > 0) {
    const input = { groupId, principalIds: leaving };
    const { refusal } = (await execute(RemoveGroupMembers, { input })).removeGroupMembers;
    if (refusal) return { complaint: refusal.message };
  }
  return { complaint: null };
};
