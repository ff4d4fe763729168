import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { needsMeCount, needsMeOptions } from '../../features/approvals/inbox/needs-me.ts';
import { placeOf, usePlaces } from '../places.ts';

/** The tab's title: how many wait for this person, and where the page is. */
export const DocumentTitle = () => {
  const { pathname } = useLocation();
  const { data } = useQuery(needsMeOptions());
  const count = needsMeCount(data);
  const place = placeOf(usePlaces(), pathname)?.label;
  return <title>{`${count > 0 ? `(${count}) ` : ''}${place ? `${place} · ` : ''}Countersign`}</title>;
};
