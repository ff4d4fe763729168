import { useQueryClient } from '@tanstack/react-query';
import type { SourceKind } from '@countersign/shared';
import { useState } from 'react';
import { TextInput } from '@mantine/core';
import { WordedAct } from '../../components/worded-act.tsx';
import { quarantinesOptions, quarantineSource } from './sources-data.ts';

export interface QuarantineActProps {
  readonly label: string;
  /** Left out, whoever acts names it, of any kind. */
  readonly source?: { readonly kind: SourceKind; readonly reference: string };
}

/** Keeps what rests on a source from going on, once somebody has said which and why. */
export const QuarantineAct = ({ label, source }: QuarantineActProps) => {
  const queryClient = useQueryClient();
  const [reference, setReference] = useState(source?.reference ?? '');
  return (
    <WordedAct
      label={label}
      title="Quarantine a source"
      verb="Quarantine it"
      isDanger
      wordsLabel="Why"
      act={(reason) => quarantineSource({ kind: source?.kind ?? null, reference, reason })}
      onAnswered={() => queryClient.invalidateQueries({ queryKey: quarantinesOptions().queryKey })}
    >
      <TextInput
        label="Source"
        description="As tasks name it, or a pattern: * is any text."
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
      <p>
        Tasks that rest on it and wait are held, nobody approves them, and none that names it is taken in.
        What is in flight finishes. What has ended stays as it is.
      </p>
    </WordedAct>
  );
};
