import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ActOutcome } from '../../graphql/act-of.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { notificationSettingsOptions } from './notifications-data.ts';

/** A change of one's settings, and why it was not made. */
export const useSetting = <Input>(act: (input: Input) => Promise<ActOutcome>) => {
  const queryClient = useQueryClient();
  const doing = useMutation({
    mutationFn: act,
    networkMode: 'always',
    retry: false,
    onSettled: () => queryClient.invalidateQueries({ queryKey: notificationSettingsOptions().queryKey }),
  });
  const complaint = doing.data?.complaint ?? (doing.error ? asRequestFailure(doing.error).message : null);
  return { doing, complaint };
};
