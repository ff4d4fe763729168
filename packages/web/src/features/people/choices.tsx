import choices from '../../components/choices.module.css';

/** Some of a few, as boxes to tick. */
export const Choices = <Value extends string>({
  label,
  options,
  chosen,
  word,
  onChange,
}: {
  label: string;
  options: readonly Value[];
  chosen: readonly Value[];
  word: (value: Value) => string;
  onChange: (chosen: Value[]) => void;
}) => (
  <fieldset className={choices['choices']}>
    <legend>{label}</legend>
    {options.map((value) => (
      <label key={value}>
        <input
          type="checkbox"
          checked={chosen.includes(value)}
          onChange={({ currentTarget: { checked } }) =>
            onChange(checked ? [...chosen, value] : chosen.filter((other) => other !== value))
          }
        />
        {word(value)}
      </label>
    ))}
  </fieldset>
);
