import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import disclosure from '../../components/disclosure.module.css';
import { Pill } from '../../components/pill.tsx';
import styles from './policies.module.css';
import { faultsAt, faultsWithin, kindOf, wordsOf, type DataFault, type DataSchema } from './schema-values.ts';

export interface SchemaFieldProps {
  readonly schema: DataSchema;
  readonly path: readonly string[];
  readonly value: unknown;
  readonly faults: readonly DataFault[];
  readonly onChange: (path: readonly string[], value: unknown) => void;
}

type Values = Readonly<Record<string, unknown>>;

/** A field of data, by its schema, with what is wrong at it. */
export const SchemaField = (props: SchemaFieldProps) => {
  const { schema, path, value, faults, onChange } = props;
  const name = wordsOf(path.at(-1) ?? '');
  const error = faultsAt(faults, path)
    .map(({ message }) => message)
    .join('; ');
  const common = { label: name, description: schema.description, error: error || null };
  switch (kindOf(schema)) {
    case 'group':
    case 'entries':
      return <Group {...props} />;
    case 'switch':
      return (
        <label className={styles['switch']}>
          <input
            type="checkbox"
            checked={value === true}
            onChange={({ currentTarget }) => onChange(path, currentTarget.checked)}
          />
          {name}
        </label>
      );
    case 'number':
      return (
        <TextInput
          {...common}
          type="number"
          step="any"
          value={typeof value === 'number' ? value : ''}
          onChange={({ currentTarget: { valueAsNumber } }) =>
            onChange(path, Number.isNaN(valueAsNumber) ? undefined : valueAsNumber)
          }
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...common}
          data={['', ...(schema.enum ?? []).map(String)]}
          value={typeof value === 'string' ? value : ''}
          onChange={({ currentTarget }) => onChange(path, currentTarget.value || undefined)}
        />
      );
    case 'text':
      return (
        <TextInput
          {...common}
          value={typeof value === 'string' ? value : ''}
          onChange={({ currentTarget }) => onChange(path, currentTarget.value)}
        />
      );
    case 'lines':
      return (
        <TypedText
          {...common}
          label={`${name}, one a line`}
          shown={Array.isArray(value) ? value.join('\n') : ''}
          read={(text) => text.split('\n').filter((line) => line !== '')}
          onRead={(next) => onChange(path, next)}
        />
      );
    case 'json':
      return (
        <TypedText
          {...common}
          label={`${name}, as JSON`}
          shown={value === undefined ? '' : JSON.stringify(value, null, 2)}
          read={(text) => (text.trim() === '' ? undefined : (JSON.parse(text) as unknown))}
          onRead={(next) => onChange(path, next)}
        />
      );
  }
};

interface TypedTextProps {
  readonly label: string;
  readonly description: string | undefined;
  readonly error: string | null;
  readonly shown: string;
  /** Throws where the text is none. */
  readonly read: (text: string) => unknown;
  readonly onRead: (value: unknown) => void;
}

/** A text that stands for a value, and stays as it was typed. */
const TypedText = ({ label, description, error, shown, read, onRead }: TypedTextProps) => {
  const [text, setText] = useState(shown);
  const [complaint, setComplaint] = useState<string | null>(null);
  return (
    <Textarea
      label={label}
      description={description}
      error={complaint ?? error}
      autosize
      minRows={1}
      maxRows={16}
      value={text}
      onChange={({ currentTarget: { value } }) => {
        setText(value);
        try {
          onRead(read(value));
          setComplaint(null);
        } catch {
          setComplaint('This is not JSON yet.');
        }
      }}
    />
  );
};

const namesIn = ({ properties, propertyNames }: DataSchema, value: Values): readonly string[] => [
  ...new Set([
    ...Object.keys(properties ?? {}),
    ...(propertyNames?.enum ?? []).map(String),
    ...Object.keys(value),
  ]),
];

const schemaOf = ({ properties, additionalProperties }: DataSchema, name: string): DataSchema =>
  properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : {});

/** Fields that belong together; where their names are anybody's, one can be added. */
const Group = ({ schema, path, value, faults, onChange }: SchemaFieldProps) => {
  const [added, setAdded] = useState('');
  const values = typeof value === 'object' && value !== null ? (value as Values) : {};
  const within = faultsWithin(faults, path).length;
  const isOpenEnded = kindOf(schema) === 'entries' && !schema.propertyNames?.enum;
  const fields = namesIn(schema, values).map((name) => (
    <SchemaField
      key={name}
      schema={schemaOf(schema, name)}
      path={[...path, name]}
      value={values[name]}
      faults={faults}
      onChange={onChange}
    />
  ));
  const body = (
    <div className={styles['fields']}>
      {fields}
      {faultsAt(faults, path).map(({ message }) => (
        <p key={message} role="alert">
          {message}
        </p>
      ))}
      {isOpenEnded ? (
        <div className={styles['add']}>
          <TextInput
            aria-label={`Add to ${wordsOf(path.at(-1) ?? '')}`}
            value={added}
            onChange={({ currentTarget }) => setAdded(currentTarget.value)}
          />
          <Button
            size="small"
            aria-disabled={added === ''}
            onClick={() => {
              onChange([...path, added], kindOf(schemaOf(schema, added)) === 'lines' ? [] : {});
              setAdded('');
            }}
          >
            Add
          </Button>
        </div>
      ) : null}
    </div>
  );
  if (path.length < 2) return body;
  return (
    <details className={disclosure['disclosure']} open={within > 0 || undefined}>
      <summary>
        {wordsOf(path.at(-1) ?? '')} {within > 0 ? <Pill tone="red">{within} to mend</Pill> : null}
      </summary>
      {body}
    </details>
  );
};
