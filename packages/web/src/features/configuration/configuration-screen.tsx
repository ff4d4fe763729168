import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { configurationOptions, reloadConfiguration, type ConfigurationState } from './configuration-data.ts';
import styles from './configuration.module.css';
import { LastReload } from './last-reload.tsx';
import { SettingsTable } from './settings-table.tsx';

const rowHeightPx = 40;

const ReloadButton = () => {
  const queryClient = useQueryClient();
  const reloading = useMutation({
    mutationFn: reloadConfiguration,
    networkMode: 'always',
    retry: false,
    onSettled: () => queryClient.invalidateQueries({ queryKey: configurationOptions().queryKey }),
  });
  const complaint = reloading.data ?? (reloading.error ? asRequestFailure(reloading.error).message : null);
  return (
    <>
      <Button size="small" isBusy={reloading.isPending} onClick={() => reloading.mutate()}>
        Read again
      </Button>
      <p role="status" className={styles['complaint']}>
        {complaint === null ? '' : <VisibleText text={complaint} />}
      </p>
    </>
  );
};

const Read = ({ state }: { state: ConfigurationState }) => (
  <dl className={styles['read']}>
    <div>
      <dt>File</dt>
      <dd>
        {state.file === null ? 'none: defaults and the environment' : <VisibleText text={state.file} />}
      </dd>
    </div>
    <div>
      <dt>Process</dt>
      <dd>
        <VisibleText text={state.process} />
      </dd>
    </div>
    <div>
      <dt>Read</dt>
      <dd>
        <time dateTime={state.loadedAt}>{formatDate(state.loadedAt)}</time>
      </dd>
    </div>
    <div>
      <dt>Hash</dt>
      <dd>
        <code>{state.hash.slice(0, 12)}</code>
      </dd>
    </div>
  </dl>
);

/** How the process that answers is configured, and what waits for its restart. */
export const ConfigurationScreen = () => {
  const { data, error, refetch } = useQuery(configurationOptions());
  const state = data?.configuration;
  return (
    <Page
      title="Configuration"
      width={1120}
      about="As it counts in the process that answers you, without secrets. Other processes read theirs again by a SIGHUP of their own."
    >
      {error && !state ? (
        <ErrorPanel
          title="The configuration could not be loaded."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : state ? (
        <>
          {state.waiting.length > 0 ? (
            <Notice tone="amber">
              Waits for a restart: <VisibleText text={state.waiting.join(', ')} />
            </Notice>
          ) : null}
          {state.troubles.map((trouble) => (
            <Notice key={trouble} tone="red">
              <VisibleText text={trouble} /> Its last values count.
            </Notice>
          ))}
          <Panel title="What was read" aside={<ReloadButton />}>
            <Read state={state} />
            {state.lastReload ? <LastReload reload={state.lastReload} /> : null}
          </Panel>
          <Panel title="Settings" isFlush>
            <SettingsTable settings={state.settings} />
          </Panel>
        </>
      ) : (
        <SkeletonRows count={8} height={rowHeightPx} />
      )}
    </Page>
  );
};
