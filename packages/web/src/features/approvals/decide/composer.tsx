import { lazy, Suspense } from 'react';
import { SilentKeys } from '../../../components/use-silent-keys.ts';
import type { Plan } from '../../../graphql/plan-fragments.ts';
import type { ApprovalDetail } from '../approval-detail.ts';
import { AskComposer } from './ask-composer.tsx';
import type { DecidedOn } from './decide.ts';
import { RejectComposer } from './reject-composer.tsx';
import { keepDraft } from './reject-reason.ts';

/** What words or values are asked for before anything is sent. */
export type Composed = 'reject' | 'ask' | 'edit' | 'part' | 'snooze';

export interface ComposerProps {
  readonly what: Composed;
  readonly approval: ApprovalDetail;
  /** The plan on screen. */
  readonly plan: Plan | null;
  readonly on: DecidedOn;
  readonly isSending: boolean;
  /** True where the server took it. */
  readonly onReject: (reason: string) => Promise<boolean>;
  readonly onEdited: (approvalId: string) => void;
  /** It is out of sight now. */
  readonly onSnoozed: () => void;
  readonly onClose: () => void;
}

// The form needs inputs of every kind.
const EditForm = lazy(() => import('./edit-form.tsx').then((m) => ({ default: m.EditForm })));

const PartForm = lazy(() => import('./part-form.tsx').then((m) => ({ default: m.PartForm })));

const SnoozeComposer = lazy(() =>
  import('../attention/snooze-composer.tsx').then((m) => ({ default: m.SnoozeComposer })),
);

/** In the place of the action bar, below the change itself. */
export const Composer = (props: ComposerProps) => {
  const { what, approval, plan, on, isSending, onReject, onEdited, onSnoozed, onClose } = props;
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
    case 'part':
      return plan ? (
        <Suspense fallback={<SilentKeys onLeave={onClose} />}>
          <PartForm
            plan={plan}
            on={on}
            onCancel={onClose}
            onApproved={(id) => {
              onClose();
              if (id !== null) onEdited(id);
            }}
          />
        </Suspense>
      ) : null;
    case 'snooze':
      return (
        <Suspense fallback={<SilentKeys onLeave={onClose} />}>
          <SnoozeComposer approval={approval} onSnoozed={onSnoozed} onDone={onClose} />
        </Suspense>
      );
    case 'edit':
      return (
        <Suspense fallback={<SilentKeys onLeave={onClose} />}>
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
