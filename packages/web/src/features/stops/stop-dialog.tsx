import { Select, Textarea } from '@mantine/core';
import { environments } from '@countersign/shared';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActForm } from '../../components/act-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { NotStopped } from './not-stopped.tsx';
import { scopeKindWord } from './stop-words.ts';
import {
  choicesOptions,
  engage,
  previewOptions,
  stopsOptions,
  type StopScopeInput,
  type StopScopeKind,
} from './stops-data.ts';
import styles from './stops.module.css';

type Mode = 'PAUSE' | 'HALT';
const modes = [
  { value: 'PAUSE', label: 'Pause' },
  { value: 'HALT', label: 'Halt' },
] as const;
const modeWords: Readonly<Record<Mode, string>> = {
  PAUSE: 'Nothing new starts. What is in flight finishes.',
  HALT: 'Nothing new starts, and what is in flight is ended where it can be. What was done stays done.',
};
const isWhole = (kind: StopScopeKind): boolean => kind === 'GLOBAL' || kind === 'TENANT';

const plural = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** What it would stop, as it is now. */
const Preview = ({ scope, mode }: { scope: StopScopeInput; mode: Mode }) => {
  const { data, error } = useQuery(previewOptions(scope));
  if (error && !data) return <ErrorPanel title="What it would stop cannot be counted now." error={error} />;
  if (!data) return <p className="muted">Counting…</p>;
  const { running, queued, approvals, uninterruptible } = data.stopPreview;
  return (
    <p className={styles['preview']} role="status">
      Will {mode === 'HALT' ? 'end' : 'let finish'} <b>{plural(running, 'running step')}</b>, hold{' '}
      <b>{plural(queued, 'task')}</b> and lock approving <b>{plural(approvals, 'request')}</b>.
      {mode === 'HALT' && uninterruptible > 0
        ? ` Of ${plural(uninterruptible, 'running step')} nobody will know what was done: a person is asked.`
        : null}
    </p>
  );
};

const useValues = (kind: StopScopeKind) => {
  const { data } = useQuery({ ...choicesOptions(), enabled: !isWhole(kind) && kind !== 'ENVIRONMENT' });
  const sorted = (names: readonly string[]) => [...new Set(names)].sort();
  switch (kind) {
    case 'ENVIRONMENT':
      return [...environments];
    case 'PLATFORM':
      return sorted(data?.actionTypes.map(({ platform }) => platform) ?? []);
    case 'ACTION_TYPE':
      return sorted(data?.actionTypes.map(({ name }) => name) ?? []);
    case 'AGENT':
      return (data?.principals.nodes ?? []).map(({ id, name }) => ({ value: id, label: name }));
    case 'GLOBAL':
    case 'TENANT':
      return [];
  }
};

/** One press and a reason; what it stops is counted before. */
export const StopDialog = ({
  scopes,
  onClose,
}: {
  scopes: readonly StopScopeKind[];
  onClose: () => void;
}) => {
  const [kind, setKind] = useState<StopScopeKind>('TENANT');
  const [value, setValue] = useState<string | null>(null);
  const [mode, setMode] = useState<Mode>('PAUSE');
  const [reason, setReason] = useState('Emergency stop');
  const [isDrill, setDrill] = useState(false);
  const queryClient = useQueryClient();
  const scope = { kind, value: isWhole(kind) ? null : value };
  const values = useValues(kind);
  const isReady = isWhole(kind) || value !== null;
  const stopping = useMutation({
    mutationFn: () => engage({ scope, mode, reason: reason.trim(), isDrill }),
    networkMode: 'always',
    retry: false,
    async onSuccess({ complaint }) {
      await queryClient.invalidateQueries({ queryKey: stopsOptions().queryKey });
      if (complaint === null) onClose();
    },
  });
  return (
    <Dialog title="Stop agents" isOpen onClose={onClose} width={540}>
      <ActForm
        verb={isDrill ? 'Drill' : 'Stop'}
        isDanger={!isDrill}
        isPending={stopping.isPending}
        onAct={() => {
          if (isReady) stopping.mutate();
        }}
        onLeave={onClose}
      >
        {stopping.error ? (
          <NotStopped failure={asRequestFailure(stopping.error).message} mode={mode} />
        ) : null}
        <Textarea
          label="Why"
          description="Everybody sees it."
          data-autofocus
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={stopping.data?.complaint ?? null}
        />
        <Select
          label="What"
          data={scopes.map((each) => ({ value: each, label: scopeKindWord(each) }))}
          value={kind}
          allowDeselect={false}
          comboboxProps={{ withinPortal: true }}
          onChange={(next) => {
            setKind(scopes.find((each) => each === next) ?? 'TENANT');
            setValue(null);
          }}
        />
        {isWhole(kind) ? null : (
          <Select
            label={scopeKindWord(kind)}
            data={values}
            value={value}
            searchable
            placeholder="Choose"
            nothingFoundMessage="Nothing of that name"
            comboboxProps={{ withinPortal: true }}
            onChange={setValue}
          />
        )}
        <div className={styles['mode']}>
          <Segmented label="How" value={mode} options={modes} onChange={setMode} />
          <p className="muted">{modeWords[mode]}</p>
        </div>
        <label className={styles['drill']}>
          <input
            type="checkbox"
            checked={isDrill}
            onChange={(event) => setDrill(event.currentTarget.checked)}
          />
          Drill: measure who would confirm, and stop nothing
        </label>
        {isReady ? <Preview scope={scope} mode={mode} /> : null}
        <p className="muted">Reading and rejecting go on. What is finished is not undone.</p>
      </ActForm>
    </Dialog>
  );
};
