import { environments, type Environment } from '@countersign/shared';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { environmentWord } from '../../vocabulary/environment-pill.tsx';
import { Act } from './act-dialog.tsx';
import { Choice } from './choice.tsx';
import { Choices } from './choices.tsx';
import { createApiKey, type Person } from './people-data.ts';

const dayMs = 86_400_000;
const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'Until it is revoked' },
];

const expiryOf = (days: string): string | null =>
  days === '' ? null : new Date(Date.now() + Number(days) * dayMs).toISOString();

export const CreateKey = ({ people }: { people: readonly Person[] }) => {
  const [principalId, setPrincipalId] = useState('');
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [decidesIn, setDecidesIn] = useState<readonly Environment[]>([]);
  const holders = people.filter(({ disabledAt }) => disabledAt === null);
  const isPerson = holders.find(({ id }) => id === principalId)?.type === 'HUMAN';
  return (
    <Act
      label="New key…"
      title="A new API key"
      verb="Make the key"
      secretWords="Keep it where the program finds it. It is shown only here; only its hash is kept."
      act={() =>
        createApiKey({
          principalId,
          name,
          expiresAt: expiryOf(days),
          decidesIn: isPerson ? [...decidesIn] : null,
        })
      }
      onClosed={() => setName('')}
    >
      <Choice
        label="For"
        value={principalId}
        options={[
          { value: '', label: 'Choose whom it stands for' },
          ...holders.map((one) => ({ value: one.id, label: one.name })),
        ]}
        onChange={setPrincipalId}
      />
      <TextInput
        label="What it is for"
        value={name}
        onChange={({ currentTarget: { value } }) => setName(value)}
        autoComplete="off"
      />
      <Choice label="Works for" value={days} options={lifetimes} onChange={setDays} />
      {isPerson ? (
        <>
          <Choices
            label="Decides in"
            options={environments}
            chosen={decidesIn}
            word={environmentWord}
            onChange={setDecidesIn}
          />
          <p className="muted">
            People decide by signing in. You can use what you make: an approval by this key and one of yours
            count once.
          </p>
        </>
      ) : null}
    </Act>
  );
};
