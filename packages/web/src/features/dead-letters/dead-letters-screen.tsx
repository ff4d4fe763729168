import { IconChecks } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { DeadLettersList } from './dead-letters-list.tsx';
import styles from './dead-letters.module.css';
import { deadLettersOptions, keyOf, mostShown } from './dead-letters-data.ts';
import { Redrive } from './redrive.tsx';

const PlatformChoice = ({
  platform,
  names,
  onPlatform,
}: {
  platform: string;
  names: readonly string[];
  onPlatform: (platform: string) => void;
}) => {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>Platform</label>
      <select
        id={id}
        className={styles['platform']}
        value={platform}
        onChange={(event) => onPlatform(event.currentTarget.value)}
      >
        <option value="">All</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </>
  );
};

/** Steps that spent their attempts on a cause that may pass, and a way to try them anew. */
export const DeadLettersScreen = () => {
  const [platform, setPlatform] = useState('');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const { data, error, refetch } = useQuery({
    ...deadLettersOptions(platform),
    placeholderData: keepPreviousData,
  });
  const letters = data?.deadLetters.nodes ?? [];
  // What is gone from the list is chosen no more.
  const chosen = letters.filter((letter) => ticked.has(keyOf(letter)));
  return (
    <Page
      title="Dead letters"
      width={1040}
      about="Steps that spent all their attempts on a cause that may pass: a platform that was down, a limit that was reached. Once the cause is gone, they can be tried anew under the same approval."
    >
      <Panel
        title="Gave up"
        isFlush
        aside={
          <>
            <PlatformChoice
              platform={platform}
              names={data?.platforms.map(({ name }) => name) ?? []}
              onPlatform={setPlatform}
            />
            {data?.viewer.canOperate && letters.length > 0 ? (
              <Redrive letters={chosen} onDone={() => setTicked(new Set())} />
            ) : null}
          </>
        }
      >
        {error && !data ? (
          <ErrorPanel
            title="The dead letters could not be loaded."
            error={error}
            onRetry={() => void refetch()}
          />
        ) : !data ? (
          <SkeletonRows count={4} height={72} />
        ) : letters.length === 0 ? (
          <EmptyState icon={<IconChecks size={22} />} title="No step gave up">
            {platform === ''
              ? 'Whatever failed for now is being tried again.'
              : 'None on this platform. Others may have some.'}
          </EmptyState>
        ) : (
          <DeadLettersList
            letters={letters}
            chosen={new Set(chosen.map(keyOf))}
            onChoose={setTicked}
            canOperate={data.viewer.canOperate}
          />
        )}
      </Panel>
      {data?.deadLetters.pageInfo.hasNextPage ? (
        <p className="muted">
          The latest {mostShown} are shown. More come once these are tried, or by platform.
        </p>
      ) : null}
    </Page>
  );
};
