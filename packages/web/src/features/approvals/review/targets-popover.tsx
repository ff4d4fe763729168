import { Popover } from '@mantine/core';
import { Anchor } from '../../../components/anchor.tsx';
import type { OpenAt } from '../../../components/opener.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import type { blastRadius } from '../blast-radius.ts';
import styles from './targets-popover.module.css';

export interface TargetsPopoverProps {
  readonly at: OpenAt;
  readonly targets: ReturnType<typeof blastRadius>['targets'];
}

/** Everything that the plan touches, by name. */
export const TargetsPopover = ({ at: { id, element, isOpen, onClose }, targets }: TargetsPopoverProps) => (
  <Popover
    id={id}
    opened={isOpen}
    onChange={(opened) => !opened && onClose()}
    position="bottom-start"
    width={320}
    trapFocus
  >
    <Popover.Target>
      <Anchor element={element} />
    </Popover.Target>
    <Popover.Dropdown>
      <ul className={styles['targets']}>
        {targets.map(({ kind, name }) => (
          <li key={`${kind} ${name}`}>
            <span>{kind}</span>
            <code>
              <VisibleText text={name} />
            </code>
          </li>
        ))}
      </ul>
    </Popover.Dropdown>
  </Popover>
);
