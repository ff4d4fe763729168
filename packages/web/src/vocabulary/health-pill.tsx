import type { HealthStatus } from '@countersign/shared';
import { Pill, type Tone } from '../components/pill.tsx';

const words: Readonly<Record<HealthStatus, { tone: Tone; word: string }>> = {
  HEALTHY: { tone: 'green', word: 'healthy' },
  DEGRADED: { tone: 'amber', word: 'degraded' },
  DOWN: { tone: 'red', word: 'down' },
};

export const HealthPill = ({ status }: { status: HealthStatus }) => {
  const { tone, word } = words[status];
  return <Pill tone={tone}>{word}</Pill>;
};
