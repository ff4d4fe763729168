import type { ResultOf } from 'gql.tada';
import { actOf, type ActOutcome } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const Groups = graphql(`
  query Groups {
    groups(first: 200) {
      nodes {
        id
        name
        openTasks
        members {
          id
          name
        }
      }
    }
  }
`);
export type Group = ResultOf<typeof Groups>['groups']['nodes'][number];

export const groupsOptions = () =>
  documentOptions(Groups, {}, { refetchOn: ['group.', 'principal.', 'approval.'] });

export const createGroup = actOf(
  graphql(`
    mutation CreateGroup($input: CreateGroupInput!) {
      createGroup(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const renameGroup = actOf(
  graphql(`
    mutation RenameGroup($input: RenameGroupInput!) {
      renameGroup(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const addGroupMembers = actOf(
  graphql(`
    mutation AddGroupMembers($input: AddGroupMembersInput!) {
      addGroupMembers(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const removeGroupMembers = actOf(
  graphql(`
    mutation RemoveGroupMembers($input: RemoveGroupMembersInput!) {
      removeGroupMembers(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

/** Those join who are chosen and not in yet, and those leave who are not chosen any more. */
export const changeMembers = async (
  groupId: string,
  before: readonly string[],
  chosen: readonly string[],
): Promise<ActOutcome> => {
  const joining = chosen.filter((id) => !before.includes(id));
  const leaving = before.filter((id) => !chosen.includes(id));
  const joined = joining.length > 0 ? await addGroupMembers({ groupId, principalIds: joining }) : done;
  if (joined.complaint !== null || leaving.length === 0) return joined;
  return removeGroupMembers({ groupId, principalIds: leaving });
};

const done: ActOutcome = { complaint: null };
