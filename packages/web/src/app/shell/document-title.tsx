import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { needsMeCount, needsMeOptions } from '../../features/approvals/inbox/needs-me.ts';
import { navigationItemOf, useNavigation } from '../navigation.ts';

/** The tab's title: how many wait for this person, and where the page is. */
export const DocumentTitle = () => {
  const { pathname } = useLocation();
  const { data } = useQuery(needsMeOptions());
  const count = needsMeCount(data);
  const label = navigationItemOf(useNavigation(), pathname)?.label;
  return <title>{`${count > 0 ? `(${count}) ` : ''}${label ? `${label} · ` : ''}Countersign`}</title>;
};
