import { useParams } from '@tanstack/react-router';
import { AgentScreen } from '../../features/agents/agent-screen.tsx';

export const AgentPage = () => {
  const { id } = useParams({ from: '/shell/agents/$id' });
  return <AgentScreen key={id} id={id} />;
};
