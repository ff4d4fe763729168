import { lazy, Suspense } from 'react';
import { SilentKeys } from '../../../components/use-silent-keys.ts';
import type { ApprovalDetail } from '../approval-detail.ts';
import { AskComposer } from './ask-composer.tsx';
import type { DecidedOn } from './decide.ts';
import { RejectComposer } from './reject-composer.tsx';
import { keepDraft } from './reject-reason.ts';

/** What words or values are asked for before anything is sent. */
export type Composed = 'reject' | 'ask' | 'edit';

export interface ComposerProps {
  readonly what: Composed;
  readonly approval: ApprovalDetail;
  readonly on: DecidedOn;
  readonly isSending: boolean;
  /** True where the server took it. */
  readonly onReject: (reason: string) => Promise<boolean>;
  readonly onEdited: (approvalId: string) => void;
  readonly onClose: () => void;
}

// The form needs inputs of every kind.
const EditForm = lazy(() => import('./edit-form.tsx').then((m) => ({ default: m.EditForm })));

/** In the place of the action bar, below the change itself. */
export const Composer = ({ what, approval, on, isSending, onReject, onEdited, onClose }: ComposerProps) => {
  switch (what) {
    case 'reject':
      return (
        <RejectComposer
          approvalId={approval.id}
          revision={approval.revision}
          isSending={isSending}
          onCancel={onClose}
          onReject={(reason) =>
            void onReject(reason).then((isTaken) => {
              if (!isTaken) return;
              onClose();
              keepDraft(approval.id, '');
            })
          }
        />
      );
    case 'ask':
      return (
        <AskComposer
          approvalId={approval.id}
          on={on}
          requester={approval.task.submittedBy.name}
          onDone={onClose}
        />
      );
    case 'edit':
      return (
        <Suspense fallback={<SilentKeys />}>
          <EditForm
            on={on}
            onCancel={onClose}
            onEdited={(id) => {
              onClose();
              if (id !== null) onEdited(id);
            }}
          />
        </Suspense>
      );
  }
};
