import { useQueryClient } from '@tanstack/react-query';
import { WordedAct } from '../../components/worded-act.tsx';
import { askRestore, restoresOptions, type Backup } from './backups-data.ts';

/** Asks for one good backup: a second person has to approve it. */
export const AskRestore = ({ backup: { id } }: { backup: Pick<Backup, 'id'> }) => {
  const queryClient = useQueryClient();
  return (
    <WordedAct
      label="Restore…"
      title="Ask for this backup to be restored?"
      verb="Ask for it"
      wordsLabel="Why"
      leastWords={10}
      act={(reason) => askRestore({ backupId: id, reason })}
      onAnswered={() => queryClient.invalidateQueries({ queryKey: restoresOptions().queryKey })}
    >
      <p>
        A second administrator has to approve it within a day. It is then restored beside what runs, into a
        home and a database of its own, and checked. Nothing of what runs is touched.
      </p>
    </WordedAct>
  );
};
