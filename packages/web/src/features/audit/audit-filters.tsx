import { useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { isFiltered, type AuditFilters } from './audit-data.ts';
import styles from './audit.module.css';
import { entryTypes } from './entry-types.ts';

interface Option {
  readonly id: string;
  readonly name: string;
}

export interface AuditFilterBarProps {
  readonly filters: AuditFilters;
  readonly people: readonly Option[];
  readonly onChange: (filters: AuditFilters) => void;
}

/** Words are looked for once they are written. */
const Words = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) => {
  const id = useId();
  const [text, setText] = useState(value);
  return (
    <div className={styles['filter']}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => onChange(text.trim())}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(text.trim());
        }}
      />
    </div>
  );
};

const Choice = ({
  label,
  value,
  none,
  options,
  onChange,
}: {
  label: string;
  value: string;
  /** What it says where nothing is chosen. */
  none: string;
  options: readonly Option[];
  onChange: (value: string) => void;
}) => {
  const id = useId();
  return (
    <div className={styles['filter']}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{none}</option>
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  );
};

const Day = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) => {
  const id = useId();
  return (
    <div className={styles['filter']}>
      <label htmlFor={id}>{label}</label>
      <input id={id} type="date" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </div>
  );
};

export const AuditFilterBar = ({ filters, people, onChange }: AuditFilterBarProps) => {
  const { actor = '', type = '', from = '', to = '', q = '' } = filters;
  const change = (more: AuditFilters) => onChange({ ...filters, ...more });
  return (
    <search className={styles['filters']}>
      <Choice
        label="Who"
        value={actor}
        none="Anybody"
        options={people}
        onChange={(value) => change({ actor: value || undefined })}
      />
      <Choice
        label="Type"
        value={type}
        none="Any"
        options={entryTypes.map((name) => ({ id: name, name }))}
        onChange={(value) => change({ type: value || undefined })}
      />
      <Day label="From" value={from} onChange={(value) => change({ from: value || undefined })} />
      <Day label="To" value={to} onChange={(value) => change({ to: value || undefined })} />
      <Words key={`q ${q}`} label="Words" value={q} onChange={(value) => change({ q: value || undefined })} />
      {isFiltered(filters) ? (
        <Button size="small" look="quiet" onClick={() => onChange({})}>
          Clear
        </Button>
      ) : null}
    </search>
  );
};
