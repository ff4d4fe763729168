import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Segmented } from '../../components/segmented.tsx';
import { WordedAct } from '../../components/worded-act.tsx';
import { agentsOptions, setAutonomy, type AutonomyLevel } from './agents-data.ts';
import { levelWords } from './level-words.ts';

const asPolicySays = 'policy';
const choices = [
  { value: asPolicySays, label: 'As before' },
  ...['0', '1', '2', '3', '4'].map((value) => ({ value, label: value })),
];

interface AutonomyActProps {
  readonly autonomy: AutonomyLevel;
  /** Null for everybody. */
  readonly agent: { readonly id: string; readonly name: string } | null;
}

/** Sets how much runs there without a person. */
export const AutonomyAct = ({ autonomy: { environment, level }, agent }: AutonomyActProps) => {
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState(String(level));
  const place = environment.toLowerCase();
  const whose = agent ? `${agent.name} in ${place}` : `everybody in ${place}`;
  const before = agent ? 'what holds for everybody' : 'what policy says';
  return (
    <WordedAct
      label="Set"
      title={`Autonomy of ${whose}`}
      verb="Set it"
      wordsLabel="Why"
      act={(reason) =>
        setAutonomy({
          environment,
          agentId: agent?.id ?? null,
          level: chosen === asPolicySays ? null : Number(chosen),
          reason,
        })
      }
      onAnswered={() => queryClient.invalidateQueries({ queryKey: agentsOptions().queryKey })}
    >
      <Segmented label="Level" value={chosen} options={choices} onChange={setChosen} />
      <p>
        {chosen === asPolicySays ? `It is ${before} again.` : levelWords(Number(chosen))} Rules that ask for a
        person ask as before, and steps that wait are asked about by it.
      </p>
      {environment === 'PRODUCTION' ? (
        <p>More than now runs without a person there once a second person says the same.</p>
      ) : null}
    </WordedAct>
  );
};
