import { useQueryClient } from '@tanstack/react-query';
import { ActDialog, type ActDialogProps } from '../../components/act-dialog.tsx';
import { refetchAfter } from '../../live/updates.ts';

/** An act upon webhooks. */
export const WebhookAct = (props: Omit<ActDialogProps, 'onDone'>) => {
  const queryClient = useQueryClient();
  return (
    <ActDialog
      width={520}
      secretWords="Give it to whoever verifies what comes. It is shown only here, and kept nowhere."
      {...props}
      onDone={() => refetchAfter(queryClient, 'webhook.')}
    />
  );
};
