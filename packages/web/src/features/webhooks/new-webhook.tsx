import { outgoingTypes } from '@countersign/shared';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { WebhookAct } from './webhook-act.tsx';
import { createWebhook } from './webhooks-data.ts';
import choices from '../../components/choices.module.css';

const usual: readonly string[] = [
  'action:completed',
  'action:failed',
  'approval:pending',
  'approval:resolved',
];

export const NewWebhook = () => {
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState(usual);
  return (
    <WebhookAct
      label="New webhook…"
      title="A new webhook"
      verb="Make the webhook"
      act={() => createWebhook({ name, url, types: [...types] })}
      onClosed={() => {
        setName('');
        setUrl('');
        setTypes(usual);
      }}
    >
      <TextInput
        label="What it is for"
        value={name}
        maxLength={100}
        autoComplete="off"
        data-autofocus
        onChange={({ currentTarget: { value } }) => setName(value)}
      />
      <TextInput
        label="Where events are posted"
        placeholder="https://hooks.example.com/countersign"
        value={url}
        maxLength={2_000}
        autoComplete="off"
        inputMode="url"
        onChange={({ currentTarget: { value } }) => setUrl(value)}
      />
      <fieldset className={choices['choices']}>
        <legend>Events</legend>
        {outgoingTypes.map((type) => (
          <label key={type}>
            <input
              type="checkbox"
              checked={types.includes(type)}
              onChange={({ currentTarget: { checked } }) =>
                setTypes(checked ? [...types, type] : types.filter((other) => other !== type))
              }
            />
            <code>{type}</code>
          </label>
        ))}
      </fieldset>
    </WebhookAct>
  );
};
