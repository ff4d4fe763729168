import { useQueryClient } from '@tanstack/react-query';
import { ActDialog, type ActDialogProps } from '../../components/act-dialog.tsx';
import { groupsOptions } from './group-data.ts';
import { keysOptions, peopleOptions } from './people-data.ts';

/** An act upon people, their groups or their keys. */
export const Act = (props: Omit<ActDialogProps, 'onDone'>) => {
  const queryClient = useQueryClient();
  return (
    <ActDialog
      {...props}
      onDone={() => {
        for (const { queryKey } of [peopleOptions(), keysOptions(), groupsOptions()])
          void queryClient.invalidateQueries({ queryKey });
      }}
    />
  );
};
