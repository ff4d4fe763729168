import { useMutation, useQueryClient } from '@tanstack/react-query';
import { asRequestFailure } from '../../../graphql/request-error.ts';
import { refetchAfter } from '../../../live/updates.ts';

/** Sends words about a request, now or not at all. */
export const useSendWords = (onSent: () => void) => {
  const queryClient = useQueryClient();
  const telling = useMutation({
    mutationFn: (send: () => Promise<string | null>) => send(),
    networkMode: 'always',
    retry: false,
    onSuccess: (complaint) => {
      if (complaint === null) onSent();
      // The request itself is read again by the event.
      refetchAfter(queryClient, 'approval.reviewed');
    },
  });
  return {
    tell: telling.mutate,
    isSending: telling.isPending,
    complaint: telling.error ? asRequestFailure(telling.error).message : (telling.data ?? null),
  };
};
