import { useEffect, useRef, useState } from 'react';
import { useLiveEvents } from '../../../live/session.tsx';

const atMostEveryMs = 10_000;

/** One sentence at most every ten seconds, for those who hear the page: "3 new approvals, 1 critical". */
export const useArrivalNews = (): string => {
  const [news, setNews] = useState('');
  const waiting = useRef({ count: 0, critical: 0 });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (): void => {
    timer.current = undefined;
    const { count, critical } = waiting.current;
    if (count === 0) return;
    waiting.current = { count: 0, critical: 0 };
    setNews(
      `${count} new ${count === 1 ? 'approval' : 'approvals'}${critical > 0 ? `, ${critical} critical` : ''}`,
    );
    timer.current = setTimeout(tell, atMostEveryMs);
  };
  useLiveEvents((events) => {
    const asked = events.filter(({ type }) => type === 'approval.requested');
    waiting.current.count += asked.length;
    waiting.current.critical += asked.filter(({ task }) => task?.risk === 'CRITICAL').length;
    if (timer.current === undefined) tell();
  });
  return news;
};
