import { Checkbox, FileInput, NativeSelect, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ActForm, ActResult } from '../../components/act-form.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { formats, importFile, type Format } from './inventory-data.ts';
import styles from './inventory.module.css';

const mostShown = 20;

/** A file of this machine becomes a part of the inventory, or says what is wrong with it. */
export const ImportAct = () => {
  const [isOpen, setOpen] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<Format>('CSV');
  const [source, setSource] = useState('');
  const [isInside, setInside] = useState(false);
  const importing = useMutation({
    mutationFn: async () =>
      importFile(format, {
        source,
        content: (await file?.text()) ?? '',
        trust: isInside ? 'INTERNAL' : 'OUTSIDE',
      }),
    networkMode: 'always',
    retry: false,
  });
  const close = (): void => {
    setOpen(false);
    setFile(null);
    importing.reset();
  };
  const faults = importing.error ? [asRequestFailure(importing.error).message] : importing.data?.faults;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Import…
      </Button>
      <Dialog title="Import a file" isOpen={isOpen} onClose={close}>
        {importing.data?.done ? (
          <ActResult close="Close" onClose={close}>
            <p role="status">{importing.data.done}</p>
          </ActResult>
        ) : (
          <ActForm
            verb="Import it"
            isPending={importing.isPending}
            onAct={() => importing.mutate()}
            leave="Close"
            onLeave={close}
          >
            <NativeSelect
              label="What it is"
              data={Object.entries(formats).map(([value, label]) => ({ value, label }))}
              value={format}
              onChange={({ currentTarget: { value } }) => setFormat(value as Format)}
            />
            <FileInput label="File" placeholder="Choose a file" value={file} onChange={setFile} required />
            <TextInput
              label="Source"
              description="Who the data is from. Told again by the same source, rows are changed."
              value={source}
              onChange={({ currentTarget: { value } }) => setSource(value)}
              required
            />
            <Checkbox
              label="Nobody outside could have written what is in it"
              checked={isInside}
              onChange={({ currentTarget: { checked } }) => setInside(checked)}
            />
            {faults && faults.length > 0 ? (
              <ul className={styles['faults']} role="alert">
                {faults.slice(0, mostShown).map((fault) => (
                  <li key={fault}>
                    <VisibleText text={fault} />
                  </li>
                ))}
                {faults.length > mostShown ? <li>and {faults.length - mostShown} more</li> : null}
              </ul>
            ) : null}
          </ActForm>
        )}
      </Dialog>
    </>
  );
};
