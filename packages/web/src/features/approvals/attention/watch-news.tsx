import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { IconEye } from '@tabler/icons-react';
import { Button } from '../../../components/button.tsx';
import { VisibleText } from '../../../components/visible-text.tsx';
import { documentOptions } from '../../../graphql/document-options.ts';
import { isTaskNews } from '../../../graphql/fragments.ts';
import { graphql } from '../../../graphql/graphql.ts';
import { freshIn } from '../../../live/entities.ts';
import { useLiveEvents } from '../../../live/session.tsx';
import styles from './watch-news.module.css';

const Watched = graphql(`
  query Watched {
    tasks(filter: { watching: true }, first: 200) {
      nodes {
        id
      }
    }
  }
`);
export const watchedOptions = () => documentOptions(Watched, {});

/** Of all that happens to a task, what one wants to be told who follows it. */
const words: Readonly<Record<string, string>> = {
  'approval.requested': 'People are asked about it.',
  'approval.escalated': 'Nobody decided yet; more people may.',
  'task.held': 'Approved; it runs in a moment.',
  'task.rejected': 'Rejected.',
  'task.expired': 'Nobody decided in time.',
  'task.cancelled': 'Cancelled.',
  'task.edited': 'Somebody edited it.',
  'task.started': 'It runs.',
  'task.succeeded': 'Done.',
  'task.failed': 'It failed.',
  'task.denied': 'Policy stopped it.',
  'task.needs_attention': 'A person must find out what happened.',
  'task.rolled_back': 'What it did was undone.',
  'run.paused': 'It stands still.',
};

interface News {
  readonly taskId: string;
  readonly goal: string;
  readonly words: string;
}

const shownMs = 12_000;

/** Tells what became of the tasks that this person follows, wherever they are in the console. */
export const WatchNews = () => {
  const watched = useQuery(watchedOptions()).data?.tasks.nodes;
  const [news, setNews] = useState<News | null>(null);
  useLiveEvents((events) => {
    for (const event of events) {
      const said = words[event.type];
      const task = [...freshIn(event).values()].map(({ entity }) => entity).find(isTaskNews);
      if (said && task && watched?.some(({ id }) => id === task.id))
        setNews({ taskId: task.id, goal: task.goal ?? '', words: said });
    }
  });
  useEffect(() => {
    if (news === null) return;
    const timer = setTimeout(() => setNews(null), shownMs);
    return () => clearTimeout(timer);
  }, [news]);
  return (
    <div className={styles['news']} role="status" data-empty={news === null || undefined}>
      {news === null ? null : (
        <>
          <IconEye size={16} stroke={1.8} aria-hidden />
          <Link to="/tasks/$id" params={{ id: news.taskId }} className={styles['goal'] ?? ''}>
            <VisibleText text={news.goal} />
          </Link>
          <span>{news.words}</span>
          <Button size="small" look="quiet" onClick={() => setNews(null)}>
            Close
          </Button>
        </>
      )}
    </div>
  );
};
