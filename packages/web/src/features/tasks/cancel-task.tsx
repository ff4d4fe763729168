import { Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActForm } from '../../components/act-form.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { execute } from '../../graphql/execute.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { CancelTask, taskDetailOptions, type TaskDetail } from './task-detail.ts';

/** What cancelling does to a task as it stands. */
const consequence = ({ status }: TaskDetail): string =>
  status === 'RUNNING' || status === 'PAUSED' || status === 'NEEDS_ATTENTION'
    ? 'Steps that have not started will not start. A call already on its way to a platform is finished or given up; what it did is not undone.'
    : 'The task ends here and nothing of it runs. An open approval request is closed.';

/** A button, and a question that says what the answer does. */
export const CancelTaskButton = ({ task }: { task: TaskDetail }) => {
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const cancel = useMutation({
    mutationFn: () =>
      execute(CancelTask, {
        input: { taskId: task.id, ...(reason.trim() ? { reason: reason.trim() } : {}) },
      }),
    networkMode: 'always',
    retry: false,
    onSuccess: ({ cancelTask }) => {
      if (!cancelTask.refusal) setOpen(false);
      return queryClient.invalidateQueries({ queryKey: taskDetailOptions(task.id).queryKey });
    },
  });
  const complaint =
    cancel.data?.cancelTask.refusal?.message ??
    (cancel.error ? asRequestFailure(cancel.error).message : null);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Cancel task…</Button>
      <Dialog title="Cancel this task" isOpen={isOpen} onClose={() => setOpen(false)}>
        <ActForm
          verb="Cancel task"
          isDanger
          isPending={cancel.isPending}
          onAct={cancel.mutate}
          leave="Keep it"
          onLeave={() => setOpen(false)}
        >
          <p>{consequence(task)}</p>
          <Textarea
            label="Reason (optional)"
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={complaint}
          />
        </ActForm>
      </Dialog>
    </>
  );
};
