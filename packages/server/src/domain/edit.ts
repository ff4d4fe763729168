import type { ApprovalRequest } from './approval-request.ts';
import { handsBehind } from './hands.ts';
import type { Caller } from './principal.ts';

/**
 * The request about what an editor made of a task. Whoever made a plan what it is does not decide on it, nor do those
 * behind them: the last who edited, where policy does not let them. `before` is the request whose words the editor
 * leaves with their author: null where somebody edits who may decide and so takes them upon themselves.
 */
export const editedBy = (
  editor: Caller,
  asked: ApprovalRequest,
  before: ApprovalRequest | null,
): ApprovalRequest => {
  const { excludedIds } = before ? stillOf(before, asked) : asked;
  const mayApprove = asked.mayEditorApprove && before === null;
  const own = mayApprove ? [] : [editor.id, ...handsBehind(editor)];
  return { ...asked, editedById: editor.id, excludedIds: [...new Set([...excludedIds, ...own])] };
};

/**
 * The request about a plan that is made anew of the same words: whose they are is known still, and who did not decide
 * on them does not now either.
 */
export const stillOf = (before: ApprovalRequest, asked: ApprovalRequest): ApprovalRequest => {
  const { editedById } = before;
  if (asked.mayEditorApprove) return { ...asked, editedById };
  const excludedIds = [
    ...asked.excludedIds,
    ...before.excludedIds,
    ...(editedById === null ? [] : [editedById]),
  ];
  return { ...asked, editedById, excludedIds: [...new Set(excludedIds)] };
};
