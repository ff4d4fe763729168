import { principalTypes, type PrincipalType, type Role } from '@countersign/shared';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { Act } from './act-dialog.tsx';
import { Choice } from './choice.tsx';
import { Choices } from './choices.tsx';
import { createPrincipal, type Person } from './people-data.ts';
import { rolesOf, roleWords } from './role-words.ts';

const kinds: Readonly<Record<PrincipalType, string>> = {
  HUMAN: 'A person, who signs in',
  AGENT: 'An agent, with an API key',
  SERVICE: 'A service, with an API key',
};

export const AddPrincipal = ({ people }: { people: readonly Person[] }) => {
  const [type, setType] = useState<PrincipalType>('HUMAN');
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<readonly Role[]>([]);
  const [ownerId, setOwnerId] = useState('');
  const owners = people.filter((one) => one.type === 'HUMAN' && one.disabledAt === null);
  return (
    <Act
      label="Add…"
      title="Add a person, an agent or a service"
      verb="Add"
      act={() =>
        createPrincipal({
          type,
          name,
          roles: roles.filter((role) => rolesOf(type).includes(role)),
          ownerId: type === 'HUMAN' ? null : ownerId || null,
        })
      }
      onClosed={() => {
        setName('');
        setRoles([]);
      }}
    >
      <Choice
        label="Kind"
        value={type}
        options={principalTypes.map((value) => ({ value, label: kinds[value] }))}
        onChange={(value) => setType(value as PrincipalType)}
      />
      <TextInput
        label="Name"
        value={name}
        onChange={({ currentTarget: { value } }) => setName(value)}
        autoComplete="off"
        data-autofocus
      />
      {type === 'HUMAN' ? null : (
        <Choice
          label="Owner: who answers for it, and so never decides on its work"
          value={ownerId}
          options={[
            { value: '', label: 'Choose a person' },
            ...owners.map(({ id, name: label }) => ({ value: id, label })),
          ]}
          onChange={setOwnerId}
        />
      )}
      <Choices label="Roles" options={rolesOf(type)} chosen={roles} word={roleWords} onChange={setRoles} />
      <p className="muted">You made them, so your own approval never stands beside theirs.</p>
    </Act>
  );
};
