import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../components/empty-state.tsx';

export const NotFoundPage = () => (
  <main>
    <EmptyState title="There is nothing here" isPage>
      The address may be cut short or out of date. <Link to="/approvals">Go to approvals</Link>
    </EmptyState>
  </main>
);
