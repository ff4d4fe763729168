import { useQuery } from '@tanstack/react-query';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { AddPrincipal } from './add-principal.tsx';
import { CreateGroup } from './create-group.tsx';
import { CreateKey } from './create-key.tsx';
import { groupsOptions } from './group-data.ts';
import { GroupsList } from './groups-list.tsx';
import { HabitsPanel } from './habits-panel.tsx';
import { KeysList } from './keys-list.tsx';
import { PeopleList } from './people-list.tsx';
import { keysOptions, peopleOptions, type Person } from './people-data.ts';

const rowHeightPx = 56;

/** Who may act here and with what. */
export const PeopleScreen = () => {
  const { data, error, refetch } = useQuery(peopleOptions());
  return (
    <Page title="People and keys" width={960}>
      {data === undefined || data.viewer.canAdminister ? null : (
        <p className="muted">Only an administrator can add people, change them, or make keys.</p>
      )}
      <Panel
        title="People, agents and services"
        aside={data?.viewer.canAdminister ? <AddPrincipal people={data.principals.nodes} /> : null}
        isFlush
      >
        {error && !data ? (
          <ErrorPanel title="Who may act could not be loaded." error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <PeopleList
            people={data.principals.nodes}
            viewerId={data.viewer.principal.id}
            canAdminister={data.viewer.canAdminister}
          />
        ) : (
          <SkeletonRows count={4} height={rowHeightPx} />
        )}
      </Panel>
      {data ? <GroupsPanel people={data.principals.nodes} canAdminister={data.viewer.canAdminister} /> : null}
      {data?.viewer.canAdminister ? <HabitsPanel /> : null}
      {data?.viewer.canAdminister ? <KeysPanel people={data.principals.nodes} /> : null}
    </Page>
  );
};

const GroupsPanel = ({ people, canAdminister }: { people: readonly Person[]; canAdminister: boolean }) => {
  const { data, error, refetch } = useQuery(groupsOptions());
  return (
    <Panel title="Groups" aside={canAdminister ? <CreateGroup /> : null} isFlush>
      {error && !data ? (
        <ErrorPanel title="The groups could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <GroupsList groups={data.groups.nodes} people={people} canAdminister={canAdminister} />
      ) : (
        <SkeletonRows count={2} height={rowHeightPx} />
      )}
    </Panel>
  );
};

const KeysPanel = ({ people }: { people: readonly Person[] }) => {
  const { data, error, refetch } = useQuery(keysOptions());
  return (
    <Panel title="API keys" aside={<CreateKey people={people} />} isFlush>
      {error && !data ? (
        <ErrorPanel title="The keys could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <KeysList keys={data.apiKeys.nodes} />
      ) : (
        <SkeletonRows count={3} height={rowHeightPx} />
      )}
    </Panel>
  );
};
