import { useId, useState } from 'react';
import styles from './inventory.module.css';

/** Words are looked for once they are written. */
export const FilterWords = ({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string | undefined) => void;
}) => {
  const id = useId();
  const [text, setText] = useState(value);
  const change = (): void => onChange(text.trim() === '' ? undefined : text.trim());
  return (
    <div className={styles['filter']}>
      <label htmlFor={id}>{label}</label>
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
    </div>
  );
};
