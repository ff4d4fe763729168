import { IconFlask } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { ObjectsView } from './objects-view.tsx';
import { sandboxOptions } from './sandbox-data.ts';

/** What the emulated platforms hold, as people would see it there. */
export const SandboxScreen = () => {
  const { data, error, refetch } = useQuery(sandboxOptions());
  const emulated = data?.platforms.filter(({ isSandbox }) => isSandbox) ?? [];
  const real = data?.platforms.filter(({ isSandbox }) => !isSandbox) ?? [];
  return (
    <Page
      title="Sandbox"
      width={1200}
      about="Platforms that are not configured are emulated here. What an approved task does to them is seen below, and nothing of it is real."
    >
      {error && !data ? (
        <ErrorPanel title="The sandbox could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : data ? null : (
        <SkeletonRows count={6} height={48} />
      )}
      {data && emulated.length === 0 ? (
        <EmptyState icon={<IconFlask size={22} />} title="Nothing is emulated">
          Every platform that tasks act on here is a real one.
        </EmptyState>
      ) : null}
      {emulated.map(({ name, objects }) => (
        <Panel
          key={name}
          title={name}
          aside={`${objects.length} ${objects.length === 1 ? 'thing' : 'things'}`}
          isFlush
        >
          <ObjectsView objects={objects} />
        </Panel>
      ))}
      {emulated.length > 0 && real.length > 0 ? (
        <p className="muted">Not emulated: {real.map(({ name }) => name).join(', ')}.</p>
      ) : null}
    </Page>
  );
};
