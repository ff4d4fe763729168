import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import styles from './agents.module.css';
import { agentsOptions } from './agents-data.ts';
import { namedLike } from './named-like.ts';
import { Levels } from './levels.tsx';
import { Specialists } from './specialists.tsx';

const NobodyFound = ({ text }: { text: string }) => (
  <EmptyState title={text === '' ? 'No agents yet' : 'Nobody is called so'}>
    {text === '' ? (
      'Whoever gets a key under Settings, People and keys stands here.'
    ) : (
      <span>
        No agent and no service has <VisibleText text={text} /> in its name.
      </span>
    )}
  </EmptyState>
);

const Autonomy = () => {
  const { data, error, refetch } = useQuery(agentsOptions());
  const { q = '' } = useSearch({ from: '/shell/agents' });
  const navigate = useNavigate({ from: '/agents' });
  const canSet = data?.autonomy.every(({ viewerCanSet }) => viewerCanSet) ?? true;
  const agents = data?.agents.filter(({ principal }) => namedLike(principal.name, q)) ?? [];
  return (
    <>
      {canSet ? null : <p className="muted">Only an administrator can set a level.</p>}
      <SearchBox
        label="Search by name"
        className={styles['search']}
        value={q}
        onChange={(text) => void navigate({ search: text === '' ? {} : { q: text }, replace: true })}
      />
      <p className="visually-hidden" role="status">
        {data && q !== '' ? `${agents.length} of ${data.agents.length} found` : ''}
      </p>
      {error && !data ? (
        <ErrorPanel title="The agents could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <div className={styles['cards']}>
          {q === '' ? (
            <Levels
              title="Everybody"
              about="who has no level of their own"
              autonomy={data.autonomy}
              agent={null}
            />
          ) : null}
          {agents.map(({ principal, autonomy }) => (
            <Levels
              key={principal.id}
              title={principal.name}
              about={principal.type.toLowerCase()}
              autonomy={autonomy}
              agent={principal}
              isLinked
            />
          ))}
          {agents.length === 0 ? <NobodyFound text={q} /> : null}
        </div>
      ) : (
        <SkeletonRows count={3} height={150} />
      )}
    </>
  );
};

const abouts = {
  autonomy:
    'How much each may do without a person, by environment. Rules of policy that ask for people ask whatever the level is.',
  specialists:
    'Who plans what somebody asks for in words. They read and propose; what they propose is decided like any other plan.',
};

/** How much runs without a person, and who plans what is asked for in words. */
export const AgentsScreen = () => {
  const { show = 'autonomy' } = useSearch({ from: '/shell/agents' });
  const navigate = useNavigate({ from: '/agents' });
  return (
    <Page title="Agents" width={1100} about={abouts[show]}>
      <Tabs
        value={show}
        onChange={(next) => void navigate({ search: next === 'specialists' ? { show: next } : {} })}
        keepMounted={false}
      >
        <Tabs.List className={styles['tabs'] ?? ''}>
          <Tabs.Tab value="autonomy">Autonomy</Tabs.Tab>
          <Tabs.Tab value="specialists">Specialists</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="autonomy" tabIndex={-1}>
          <Autonomy />
        </Tabs.Panel>
        <Tabs.Panel value="specialists" tabIndex={-1}>
          <Specialists />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
};
