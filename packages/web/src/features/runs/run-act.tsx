import { useQueryClient } from '@tanstack/react-query';
import { WordedAct, type WordedActProps } from '../../components/worded-act.tsx';
import { runOptions } from './run-data.ts';

export interface RunActProps extends Omit<WordedActProps, 'onAnswered'> {
  readonly taskId: string;
}

/** What somebody does to a run, with words that the record keeps. */
export const RunAct = ({ taskId, ...props }: RunActProps) => {
  const queryClient = useQueryClient();
  const askAgain = () => queryClient.invalidateQueries({ queryKey: runOptions(taskId).queryKey });
  return <WordedAct {...props} onAnswered={askAgain} />;
};
