import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { Act } from './act-dialog.tsx';
import { createGroup } from './group-data.ts';

export const CreateGroup = () => {
  const [name, setName] = useState('');
  return (
    <Act
      label="New group…"
      title="A group of people"
      verb="Make the group"
      act={() => createGroup({ name })}
      onClosed={() => setName('')}
    >
      <TextInput
        label="Name, as policy calls it"
        value={name}
        onChange={({ currentTarget: { value } }) => setName(value)}
        autoComplete="off"
        data-autofocus
      />
    </Act>
  );
};
