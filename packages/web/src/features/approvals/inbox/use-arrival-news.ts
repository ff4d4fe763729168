import { useThrottledCallback } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { isTaskNews } from '../../../graphql/fragments.ts';
import { freshIn } from '../../../live/entities.ts';
import { useLiveEvents } from '../../../live/session.tsx';

const atMostEveryMs = 10_000;

/** One sentence at most every ten seconds, for those who hear the page: "3 new approvals, 1 critical". */
export const useArrivalNews = (): string => {
  const [news, setNews] = useState('');
  const waiting = useRef({ count: 0, critical: 0 });
  const tell = useThrottledCallback(() => {
    const { count, critical } = waiting.current;
    waiting.current = { count: 0, critical: 0 };
    setNews(
      `${count} new ${count === 1 ? 'approval' : 'approvals'}${critical > 0 ? `, ${critical} critical` : ''}`,
    );
  }, atMostEveryMs);
  useLiveEvents((events) => {
    const asked = events.filter(({ type }) => type === 'approval.requested');
    if (asked.length === 0) return;
    const tasks = [...freshIn(asked).values()].map(({ entity }) => entity).filter(isTaskNews);
    waiting.current.count += asked.length;
    waiting.current.critical += tasks.filter(({ risk }) => risk === 'CRITICAL').length;
    tell();
  });
  return news;
};
