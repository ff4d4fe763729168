import { Link } from '@tanstack/react-router';
import { Pill } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { WhatIMayUse } from '../../vocabulary/first-task.ts';
import styles from './connect.module.css';

/** Of each platform. */
const mostNames = 8;

type Target = WhatIMayUse['capabilities']['targets'][number];

const nameOf = ({ kind, name, isPrefix }: Target): string =>
  `${kind} ${name}${isPrefix ? ' and what is below' : ''}`;

/** The platforms that tasks of whoever is signed in may act on, with what they may name there. */
export const ReachList = ({ use: { capabilities, platforms } }: { use: WhatIMayUse }) => {
  const sandboxed = new Set(platforms.filter(({ isSandbox }) => isSandbox).map(({ name }) => name));
  const targets = Map.groupBy(capabilities.targets, ({ platform }) => platform);
  if (capabilities.platforms.length === 0) return <p>Nothing: you may not submit tasks.</p>;
  return (
    <>
      <ul className={styles['reach']} aria-label="Platforms that you may use">
        {capabilities.platforms.toSorted().map((platform) => {
          const named = targets.get(platform) ?? [];
          const rest = named.length - mostNames;
          return (
            <li key={platform}>
              <b>{platform}</b>
              {sandboxed.has(platform) ? <Pill isOutlined>sandbox</Pill> : null}
              <VisibleText text={named.slice(0, mostNames).map(nameOf).join(', ')} />
              {rest > 0 ? <span className="muted">and {rest} more</span> : null}
            </li>
          );
        })}
      </ul>
      {sandboxed.size > 0 ? (
        <p className="muted">
          <Link to="/sandbox" className="in-text">
            Sandbox
          </Link>{' '}
          shows all that emulated platforms hold, with the ids to name it by.
        </p>
      ) : null}
    </>
  );
};
