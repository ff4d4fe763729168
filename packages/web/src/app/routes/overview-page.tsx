import { useNavigate, useSearch } from '@tanstack/react-router';
import { OverviewScreen } from '../../features/overview/overview-screen.tsx';

export const OverviewPage = () => {
  const { window = '1h' } = useSearch({ from: '/shell/overview' });
  const navigate = useNavigate({ from: '/overview' });
  return (
    <OverviewScreen
      window={window}
      onWindow={(next) => void navigate({ search: { window: next }, replace: true })}
    />
  );
};
