import type { PrincipalType } from '@countersign/shared';
import { IconRobot, IconServer2, IconUser, type Icon } from '@tabler/icons-react';
import { VisibleText } from '../components/visible-text.tsx';
import styles from './principal-chip.module.css';

const icons: Readonly<Record<PrincipalType, Icon>> = {
  HUMAN: IconUser,
  AGENT: IconRobot,
  SERVICE: IconServer2,
};
const words: Readonly<Record<PrincipalType, string>> = {
  HUMAN: 'person',
  AGENT: 'agent',
  SERVICE: 'service',
};

/** Who it is, and whether that is a person. */
export const PrincipalChip = ({
  principal,
}: {
  principal: { readonly type: PrincipalType; readonly name: string };
}) => {
  const PrincipalIcon = icons[principal.type];
  return (
    <span className={styles['chip']} data-type={principal.type}>
      <span className={styles['face']} role="img" aria-label={words[principal.type]}>
        <PrincipalIcon size={13} stroke={1.9} aria-hidden />
      </span>
      <VisibleText text={principal.name} />
    </span>
  );
};
