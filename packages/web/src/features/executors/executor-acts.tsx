import type { ExecutorMode } from '@countersign/shared';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { WordedAct } from '../../components/worded-act.tsx';
import { controlExecutor, executorsOptions, type Executor } from './executors-data.ts';

const steps = (count: number): string => `${count} ${count === 1 ? 'step' : 'steps'}`;

const Act = ({
  executor: { platform },
  mode,
  label,
  isDanger = false,
  children,
}: {
  executor: Executor;
  mode: ExecutorMode;
  label: string;
  isDanger?: boolean;
  children: ReactNode;
}) => {
  const queryClient = useQueryClient();
  return (
    <WordedAct
      label={label}
      title={`${label} ${platform}`}
      verb={`${label} ${platform}`}
      isDanger={isDanger}
      wordsLabel="Why"
      act={(reason) => controlExecutor({ platform, control: mode, reason })}
      onAnswered={() => queryClient.invalidateQueries({ queryKey: executorsOptions().queryKey })}
    >
      {children}
    </WordedAct>
  );
};

/** What waits meanwhile, as it is now. */
const Waits = ({ load: { waiting, held } }: Executor) => (
  <p>
    {waiting + held === 0 ? 'Nothing waits for it now.' : `${steps(waiting + held)} for it wait now.`} What
    waits is held with your name and your reason, and spends no attempt; its approvals expire as they do.
  </p>
);

const drainWords = ({ platform, load: { running } }: Executor): string =>
  running === 0
    ? `No step is begun on ${platform} any more. Nothing is in flight.`
    : `No step is begun on ${platform} any more. ${steps(running)} in flight ${running === 1 ? 'finishes' : 'finish'}.`;

const openWords = ({ platform, load: { running } }: Executor): string =>
  running === 0
    ? `No call goes out to ${platform} any more. Nothing is in flight.`
    : `No call goes out to ${platform} any more. Of ${steps(running)} in flight, calls that were sent are answered and read back, and no more.`;

/** What an operator may do about a platform now. It is of the work of their own tenant. */
export const ExecutorActs = ({ executor }: { executor: Executor }) => {
  const { control, circuitBreaker, platform } = executor;
  const mode = control?.mode ?? 'CLOSE';
  return (
    <>
      {mode === 'CLOSE' && circuitBreaker.state === 'CLOSED' ? null : (
        <Act executor={executor} mode="CLOSE" label="Close">
          <p>
            Work on {platform} goes on: what was held begins within seconds, and its circuit breakers are
            closed in every process. Where {platform} still fails they open again.
          </p>
        </Act>
      )}
      {mode === 'DRAIN' ? null : (
        <Act executor={executor} mode="DRAIN" label="Drain">
          <p>{drainWords(executor)} Tasks that need it are still planned and decided on.</p>
          <Waits {...executor} />
        </Act>
      )}
      {mode === 'OPEN' ? null : (
        <Act executor={executor} mode="OPEN" label="Open" isDanger>
          <p>{openWords(executor)} Tasks that need it cannot be planned meanwhile.</p>
          <Waits {...executor} />
        </Act>
      )}
    </>
  );
};
