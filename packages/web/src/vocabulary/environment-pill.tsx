import type { Environment } from '@countersign/shared';
import { Pill, type Tone } from '../components/pill.tsx';

const looks: Readonly<Record<Environment, { tone: Tone; word: string }>> = {
  PRODUCTION: { tone: 'red', word: 'production' },
  STAGING: { tone: 'amber', word: 'staging' },
  DEVELOPMENT: { tone: 'grey', word: 'development' },
};

export const environmentWord = (environment: Environment): string => looks[environment].word;

export const EnvironmentPill = ({ environment }: { environment: Environment }) => (
  <Pill tone={looks[environment].tone}>{looks[environment].word}</Pill>
);
