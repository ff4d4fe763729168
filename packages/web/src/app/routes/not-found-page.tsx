import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../components/empty-state.tsx';
import { Mark } from '../../components/mark.tsx';

export const NotFoundPage = () => (
  <EmptyState title="There is nothing here" icon={<Mark size={24} />} isPage>
    The address may be cut short or out of date. <Link to="/approvals">Go to approvals</Link>
  </EmptyState>
);
