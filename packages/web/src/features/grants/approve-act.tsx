import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ActForm } from '../../components/act-form.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { approveGrant } from './grants-data.ts';

/** The second yes. */
export const ApproveAct = ({ id, onAnswered }: { id: string; onAnswered: () => Promise<unknown> }) => {
  const [isOpen, setOpen] = useState(false);
  const approving = useMutation({
    mutationFn: () => approveGrant({ id }),
    networkMode: 'always',
    retry: false,
    onSuccess: ({ complaint }) => {
      if (complaint === null) setOpen(false);
      return onAnswered();
    },
  });
  const complaint =
    approving.data?.complaint ?? (approving.error ? asRequestFailure(approving.error).message : null);
  return (
    <>
      <Button size="small" look="primary" onClick={() => setOpen(true)}>
        Approve
      </Button>
      <Dialog title="Approve the grant" isOpen={isOpen} onClose={() => setOpen(false)} width={480}>
        <ActForm
          verb="Approve"
          isPending={approving.isPending}
          onAct={() => approving.mutate()}
          onLeave={() => setOpen(false)}
        >
          <p>It takes two people, and you are the second: what it covers runs without asking from now on.</p>
          {complaint ? <p role="alert">{complaint}</p> : null}
        </ActForm>
      </Dialog>
    </>
  );
};
