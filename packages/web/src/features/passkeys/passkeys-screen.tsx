import { TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActForm } from '../../components/act-form.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ActOutcome } from '../../graphql/act-of.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { addPasskey, passkeysOptions, removePasskey, renamePasskey, type Passkey } from './passkeys-data.ts';
import entries from '../../components/entries.module.css';
import styles from './passkeys.module.css';

const rowHeightPx = 56;

interface ActOptions {
  readonly act: () => Promise<ActOutcome>;
  readonly onDone?: () => void;
}

const usePasskeyAct = ({ act, onDone }: ActOptions) => {
  const queryClient = useQueryClient();
  const doing = useMutation({
    mutationFn: act,
    networkMode: 'always',
    retry: false,
    onSuccess: ({ complaint }) => {
      if (complaint === null) onDone?.();
      void queryClient.invalidateQueries({ queryKey: passkeysOptions().queryKey });
    },
  });
  const complaint = doing.data?.complaint ?? (doing.error ? asRequestFailure(doing.error).message : null);
  return { doing, complaint };
};

const Complaint = ({ text }: { text: string | null }) => (
  <p className={styles['complaint']} role="status">
    {text === null ? '' : <VisibleText text={text} />}
  </p>
);

/** A name, and the browser's own question. */
const Add = () => {
  const [name, setName] = useState('');
  const { doing, complaint } = usePasskeyAct({
    act: () => addPasskey(name.trim()),
    onDone: () => setName(''),
  });
  const isNamed = name.trim() !== '';
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isNamed && !doing.isPending) doing.mutate();
      }}
    >
      <TextInput
        className={styles['field'] ?? ''}
        label="What you call it"
        placeholder="Laptop, security key …"
        value={name}
        maxLength={100}
        autoComplete="off"
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <Button type="submit" look="primary" isBusy={doing.isPending} aria-disabled={!isNamed}>
        Add a passkey
      </Button>
      <Complaint text={complaint} />
    </form>
  );
};

const Rename = ({ passkey }: { passkey: Passkey }) => {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState(passkey.name);
  const { doing, complaint } = usePasskeyAct({
    act: () => renamePasskey({ passkeyId: passkey.id, name }),
    onDone: () => setOpen(false),
  });
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Rename…
      </Button>
      <Dialog title="Rename the passkey" isOpen={isOpen} onClose={() => setOpen(false)}>
        <ActForm
          verb="Rename"
          isPending={doing.isPending}
          onAct={doing.mutate}
          onLeave={() => setOpen(false)}
        >
          <TextInput
            label="What you call it"
            value={name}
            maxLength={100}
            autoComplete="off"
            data-autofocus
            error={complaint}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
        </ActForm>
      </Dialog>
    </>
  );
};

const lastWords =
  'It is your last one. Requests for which policy demands a passkey are not yours to approve then, until you add another; and where policy asks those who have one, you approve without.';

const Remove = ({ passkey, isLast }: { passkey: Passkey; isLast: boolean }) => {
  const [isOpen, setOpen] = useState(false);
  const { doing, complaint } = usePasskeyAct({
    act: () => removePasskey(passkey.id),
    onDone: () => setOpen(false),
  });
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Remove…
      </Button>
      <Dialog title={`Remove ${passkey.name}`} isOpen={isOpen} onClose={() => setOpen(false)}>
        <ActForm
          verb="Remove it"
          isDanger
          isPending={doing.isPending}
          onAct={doing.mutate}
          onLeave={() => setOpen(false)}
        >
          <p>Nothing is proven with it any more. One of your passkeys is asked first.</p>
          {isLast ? <p role="alert">{lastWords}</p> : null}
          <Complaint text={complaint} />
        </ActForm>
      </Dialog>
    </>
  );
};

const Row = ({ passkey, isLast }: { passkey: Passkey; isLast: boolean }) => {
  const used = passkey.lastUsedAt === null ? 'never used' : `last used ${formatDate(passkey.lastUsedAt)}`;
  return (
    <li>
      <div className={entries['who']}>
        <p className={entries['name']}>
          <VisibleText text={passkey.name} />
        </p>
        <p className={entries['facts']}>
          Added {formatDate(passkey.createdAt)}, {used}
          {passkey.suspectedAt === null
            ? ''
            : `. Blocked since ${formatDate(passkey.suspectedAt)}: it may have been copied. An administrator can remove it.`}
        </p>
      </div>
      <div className={entries['acts']}>
        <Rename passkey={passkey} />
        <Remove passkey={passkey} isLast={isLast} />
      </div>
    </li>
  );
};

/** What a person shows that it is they, beside being signed in. */
export const PasskeysScreen = () => {
  const { data, error, refetch } = useQuery(passkeysOptions());
  return (
    <Page
      title="Passkeys"
      width={960}
      about="Where policy says so, an approval asks for one of your passkeys: your finger, your face or the PIN of this machine, or a security key. Once you have one, it is asked at critical risk, and before your passkeys are changed."
    >
      <Panel title="Add one">
        <Add />
      </Panel>
      <Panel title="Yours" isFlush>
        {error && !data ? (
          <ErrorPanel
            title="Your passkeys could not be loaded."
            error={error}
            onRetry={() => void refetch()}
          />
        ) : data === undefined ? (
          <SkeletonRows count={2} height={rowHeightPx} />
        ) : data.passkeys.length === 0 ? (
          <p className={entries['nothing']}>
            You have none yet. The first one is added within ten minutes of signing in.
          </p>
        ) : (
          <ul className={entries['list']} aria-label="Passkeys">
            {data.passkeys.map((passkey) => (
              <Row key={passkey.id} passkey={passkey} isLast={data.passkeys.length === 1} />
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
};
