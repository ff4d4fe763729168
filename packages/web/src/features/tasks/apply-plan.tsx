import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ResultOf } from 'gql.tada';
import { useState } from 'react';
import { ActForm } from '../../components/act-form.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { FieldDiffLines } from '../../components/diff/field-diff.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Plan } from '../../graphql/plan-fragments.ts';
import { execute } from '../../graphql/execute.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import styles from './apply-plan.module.css';
import { ApplyPlan, taskDetailOptions } from './task-detail.ts';

export type Refusal = NonNullable<ResultOf<typeof ApplyPlan>['applyPlan']['refusal']>;

/** Why it was not applied, and where the plan has become another one, how. */
export const NotApplied = ({ refusal: { message, details } }: { refusal: Refusal }) => (
  <div role="alert" className={styles['refused']}>
    <p>
      <VisibleText text={message} />
    </p>
    {details?.__typename === 'ChangedPlan' ? (
      <ul className={styles['changes']} aria-label="What would be done otherwise now">
        {details.changes.map(({ step, parts, before, now }) => (
          <li key={step}>
            <p className={styles['place']}>
              <b>
                <VisibleText text={step} />
              </b>
              {parts.length > 0 ? <VisibleText text={` ${parts.join(', ')}`} /> : null}
            </p>
            {before === now ? (
              <p className={styles['same']}>
                <VisibleText text={now ?? ''} />
              </p>
            ) : (
              <FieldDiffLines before={before} after={now} />
            )}
          </li>
        ))}
      </ul>
    ) : null}
  </div>
);

/** A button, and a question that says what the answer does. The key is the plan's: pressed twice, it is applied once. */
export const ApplyPlanButton = ({ taskId, plan: { revision, hash } }: { taskId: string; plan: Plan }) => {
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const apply = useMutation({
    mutationFn: () =>
      execute(ApplyPlan, {
        input: { taskId, revision, planHash: hash, idempotencyKey: `apply-${taskId}-${revision}` },
      }),
    networkMode: 'always',
    retry: false,
    onSuccess: ({ applyPlan }) => {
      if (!applyPlan.refusal) close();
      return queryClient.invalidateQueries({ queryKey: taskDetailOptions(taskId).queryKey });
    },
  });
  const close = (): void => {
    setOpen(false);
    apply.reset();
  };
  const refusal = apply.data?.applyPlan.refusal;
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        Apply this plan…
      </Button>
      <Dialog title="Apply this plan" isOpen={isOpen} onClose={close} width={560}>
        <ActForm
          verb={`Apply rev ${revision}`}
          isPending={apply.isPending}
          onAct={apply.mutate}
          onLeave={close}
        >
          <p>
            Rev {revision} is planned once more. Where it would still do the same, it is decided like any
            other task: policy judges it, people are asked where they must be, and then it runs. Where it
            would do anything else by now, nothing happens and you see what.
          </p>
          {refusal ? <NotApplied refusal={refusal} /> : null}
          {apply.error ? <p role="alert">{asRequestFailure(apply.error).message}</p> : null}
        </ActForm>
      </Dialog>
    </>
  );
};
