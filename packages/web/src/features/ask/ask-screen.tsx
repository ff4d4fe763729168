import { environments, longestGoal } from '@countersign/shared';
import { NativeSelect, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { formKeys } from '../../components/form-keys.ts';
import { Kbd } from '../../components/kbd.tsx';
import { Page } from '../../components/page.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { environmentWord } from '../../vocabulary/environment-pill.tsx';
import { askTermsOptions, createAsking, type AskSpecialist, type Wish } from './ask-data.ts';
import styles from './ask.module.css';
import { WhoPlans } from './planner-words.tsx';

/** Why a goal cannot be sent as it stands; null where it can. */
export const goalComplaint = (goal: string): string | null => {
  if (goal.trim() === '') return 'Say what you want done.';
  return goal.trim().length > longestGoal
    ? `${(goal.trim().length - longestGoal).toLocaleString('en')} characters too many.`
    : null;
};

export interface AskFormProps {
  readonly specialists: readonly AskSpecialist[];
  /** What it begins with. */
  readonly from: Partial<Wish>;
  readonly send: ReturnType<typeof createAsking>;
  readonly onAsked: (taskId: string) => void;
}

const Goal = ({
  goal,
  complaint,
  onChange,
}: {
  goal: string;
  complaint: string | null;
  onChange: (goal: string) => void;
}) => {
  const countId = useId();
  return (
    <div className={styles['goal']}>
      <Textarea
        label="What do you want done?"
        placeholder="Scale sandbox/shop/web-01 to 3"
        autosize
        minRows={4}
        maxRows={16}
        autoFocus
        value={goal}
        error={complaint}
        attributes={{ input: { 'aria-describedby': countId } }}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <span id={countId} className={styles['count']} data-wrong={goal.length > longestGoal || undefined}>
        {goal.length.toLocaleString('en')} of {longestGoal.toLocaleString('en')} characters
      </span>
    </div>
  );
};

/** A goal, where it is to hold, and who is to plan it. */
export const AskForm = ({ specialists, from, send, onAsked }: AskFormProps) => {
  const [wish, setWish] = useState<Wish>({ goal: '', environment: 'DEVELOPMENT', agent: null, ...from });
  const [isTried, setTried] = useState(false);
  const asking = useMutation({
    mutationFn: (asked: Wish) => send(asked),
    networkMode: 'always',
    retry: false,
    onSuccess: ({ taskId }) => {
      if (taskId !== null) onAsked(taskId);
    },
  });
  const change = (part: Partial<Wish>): void => setWish((before) => ({ ...before, ...part }));
  const chosen = specialists.find(({ name }) => name === wish.agent) ?? null;
  const lack = goalComplaint(wish.goal);
  const submit = (): void => {
    setTried(true);
    // Answered with a task, it is on its way to that task's page.
    if (lack !== null || asking.isPending || asking.data?.taskId) return;
    asking.mutate({ ...wish, goal: wish.goal.trim(), agent: chosen?.name ?? null });
  };
  const refusal = asking.data?.complaint ?? (asking.error ? asRequestFailure(asking.error).message : null);
  return (
    <form className={styles['form']} aria-label="Ask" {...formKeys(submit)}>
      <Goal
        goal={wish.goal}
        complaint={isTried ? (lack ?? refusal) : null}
        onChange={(goal) => change({ goal })}
      />
      <div className={styles['pair']}>
        <div className={styles['choice']}>
          <span aria-hidden>Environment</span>
          <Segmented
            label="Environment"
            value={wish.environment}
            options={environments.map((value) => ({ value, label: environmentWord(value) }))}
            onChange={(environment) => change({ environment })}
          />
        </div>
        <NativeSelect
          label="Who plans it"
          value={chosen?.name ?? ''}
          data={[
            { value: '', label: 'Whoever fits: the words decide' },
            ...specialists.map(({ name, title }) => ({ value: name, label: `${title} agent` })),
          ]}
          onChange={({ currentTarget: { value } }) => change({ agent: value === '' ? null : value })}
        />
      </div>
      <WhoPlans specialists={specialists} chosen={chosen} />
      <div className={styles['buttons']}>
        <Button
          type="submit"
          look="primary"
          size="large"
          after={<Kbd keys="Ctrl ↵" isOnPrimary />}
          aria-keyshortcuts="Control+Enter Meta+Enter"
          isBusy={asking.isPending}
        >
          {asking.isPending ? 'Sending…' : 'Ask for a plan'}
        </Button>
        <span className="muted">Nothing runs by this: what is planned is decided like any other task.</span>
      </div>
    </form>
  );
};

/** Says in words what is wanted; an agent plans it. */
export const AskScreen = ({ from, onAsked }: Pick<AskFormProps, 'from' | 'onAsked'>) => {
  const { data, error, refetch } = useQuery(askTermsOptions());
  const [send] = useState(() => createAsking());
  return (
    <Page
      title="Ask for something in words"
      width={760}
      about="An agent looks up what it needs and turns your words into a plan of actions. You see the plan grow; policy and people decide on it."
    >
      {error && !data ? (
        <ErrorPanel title="The agents could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <SkeletonRows count={4} height={48} />
      ) : data.viewer.canSubmit ? (
        <AskForm specialists={data.specialists} from={from} send={send} onAsked={onAsked} />
      ) : (
        <p className="muted">
          You may look, and not ask: an administrator can give you a role that submits tasks.
        </p>
      )}
    </Page>
  );
};
