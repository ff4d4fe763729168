import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { delegationsOptions, endDelegation, type Delegation } from './delegation-data.ts';
import entries from '../../components/entries.module.css';
import { NewDelegation } from './new-delegation.tsx';

const rowHeightPx = 56;
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const Row = ({ delegation }: { delegation: Delegation }) => {
  const queryClient = useQueryClient();
  const end = useMutation({
    mutationFn: () => endDelegation({ delegationId: delegation.id }),
    networkMode: 'always',
    retry: false,
    onSettled: () => void queryClient.invalidateQueries({ queryKey: delegationsOptions().queryKey }),
  });
  const isNow = Date.parse(delegation.startsAt) <= useServerNow();
  return (
    <li>
      <div className={entries['who']}>
        <p className={entries['name']}>
          <span>
            <VisibleText text={delegation.to?.name ?? 'Somebody'} /> decides in the place of{' '}
            <VisibleText text={delegation.from?.name ?? 'somebody'} />
          </span>
        </p>
        <p className={entries['facts']}>
          {isNow ? 'Now, until' : `From ${moment.format(new Date(delegation.startsAt))} until`}{' '}
          {moment.format(new Date(delegation.endsAt))}
          {end.data?.complaint ? `. ${end.data.complaint}` : ''}
        </p>
      </div>
      {delegation.viewerCanEnd ? (
        <Button size="small" isBusy={end.isPending} onClick={() => end.mutate()}>
          End it
        </Button>
      ) : null}
    </li>
  );
};

/** Who decides in whose place while they are away. */
export const DelegationScreen = () => {
  const { data, error, refetch } = useQuery(delegationsOptions());
  return (
    <Page title="Delegation" width={960}>
      <p className="muted">
        Whoever stands in for you decides as themselves: the record names both of you, and your two approvals
        count once. It is not handed on.
      </p>
      {data ? (
        <Panel title="While you are away">
          <NewDelegation
            people={data.principals.nodes}
            viewerId={data.viewer.principal.id}
            canAdminister={data.viewer.canAdminister}
          />
        </Panel>
      ) : null}
      <Panel title="Now and to come" isFlush>
        {error && !data ? (
          <ErrorPanel title="Delegations could not be loaded." error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows count={2} height={rowHeightPx} />
        ) : data.delegations.nodes.length === 0 ? (
          <p className={entries['nothing']}>Everybody decides for themselves.</p>
        ) : (
          <ul className={entries['list']} aria-label="Delegations">
            {data.delegations.nodes.map((delegation) => (
              <Row key={delegation.id} delegation={delegation} />
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
};
