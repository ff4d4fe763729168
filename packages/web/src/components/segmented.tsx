import { SegmentedControl } from '@mantine/core';
import styles from './segmented.module.css';

/** A few choices beside each other, of which one holds. */
export const Segmented = <Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly { readonly value: Value; readonly label: string }[];
  onChange: (value: Value) => void;
}) => (
  <SegmentedControl
    aria-label={label}
    value={value}
    onChange={(next) => onChange(next)}
    data={options.map((option) => ({ ...option }))}
    transitionDuration={120}
    withItemsBorders={false}
    classNames={{
      root: styles['root'] ?? '',
      label: styles['label'] ?? '',
      indicator: styles['indicator'] ?? '',
      control: styles['control'] ?? '',
    }}
  />
);
