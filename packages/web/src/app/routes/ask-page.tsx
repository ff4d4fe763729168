import { useLocation, useNavigate } from '@tanstack/react-router';
import { AskScreen } from '../../features/ask/ask-screen.tsx';

export const AskPage = () => {
  const navigate = useNavigate();
  const { key, ask = {} } = useLocation().state;
  return (
    <AskScreen key={key} from={ask} onAsked={(id) => void navigate({ to: '/tasks/$id', params: { id } })} />
  );
};
