import { useId, useState, type ReactNode } from 'react';
import styles from './filters.module.css';

/** What narrows the list beneath it. */
export const Filters = ({ children }: { children: ReactNode }) => (
  <search className={styles['filters']}>{children}</search>
);

interface FilterProps {
  readonly label: string;
  readonly value: string;
}

interface EmptiableProps extends FilterProps {
  /** Undefined where it narrows nothing any more. */
  readonly onChange: (value: string | undefined) => void;
}

const Filter = ({ label, children }: { label: string; children: (id: string) => ReactNode }) => {
  const id = useId();
  return (
    <div className={styles['filter']}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
};

/** Words are looked for once they are written. */
export const FilterWords = ({ label, value, onChange }: EmptiableProps) => {
  const [text, setText] = useState(value);
  const change = (): void => onChange(text.trim() || undefined);
  return (
    <Filter label={label}>
      {(id) => (
        <input
          id={id}
          type="search"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onBlur={change}
          onKeyDown={(event) => {
            if (event.key === 'Enter') change();
          }}
        />
      )}
    </Filter>
  );
};

export const FilterDay = ({ label, value, onChange }: EmptiableProps) => (
  <Filter label={label}>
    {(id) => (
      <input
        id={id}
        type="date"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      />
    )}
  </Filter>
);

interface FilterChoiceProps<Value extends string> extends FilterProps {
  readonly options: readonly { readonly id: Value; readonly name: string }[];
  readonly onChange: (value: Value) => void;
}

export const FilterChoice = <Value extends string>({
  label,
  value,
  options,
  onChange,
}: FilterChoiceProps<Value>) => (
  <Filter label={label}>
    {(id) => (
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.id === event.currentTarget.value);
          if (chosen) onChange(chosen.id);
        }}
      >
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.name}
          </option>
        ))}
      </select>
    )}
  </Filter>
);
