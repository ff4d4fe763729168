import { Tabs, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { Page } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useKeys } from '../../components/use-keys.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import styles from './agents.module.css';
import { agentsOptions } from './agents-data.ts';
import { namedLike } from './named-like.ts';
import { Levels } from './levels.tsx';
import { Specialists } from './specialists.tsx';

const Search = ({ value, onChange }: { value: string; onChange: (value: string) => void }) => {
  const [text, setText] = useState(value);
  const [asked, setAsked] = useState(value);
  // The address was emptied, as by a press on the rail.
  if (asked !== value) {
    setAsked(value);
    if (value === '') setText('');
  }
  const input = useRef<HTMLInputElement>(null);
  useKeys('page', { '/': () => input.current?.focus() });
  return (
    <TextInput
      ref={input}
      type="search"
      size="xs"
      className={styles['search'] ?? ''}
      aria-label="Search by name"
      placeholder="Search by name"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(event.currentTarget.value.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={text === '' ? <Kbd keys="/" /> : null}
    />
  );
};

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
      <Search
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
